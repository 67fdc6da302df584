"""Spread of a false statement in a network, with and without people who check (numpy only)."""
import numpy as np


def network(people, links, seed):
    """Grow a network: each newcomer links to people who have many links already (preferential attachment)."""
    rng = np.random.default_rng(seed)
    friends = [set() for _ in range(people)]
    ends = list(range(links))  # everybody stands here once for each link
    for new in range(links, people):
        while len(friends[new]) < links:
            other = ends[rng.integers(len(ends))]
            friends[new].add(other)
            friends[other].add(new)
        ends += [new] * links + list(friends[new])
    return [sorted(one) for one in friends]


def spread(friends, share, checking, seed, hubs=False):
    """Return how many have read the false statement after each step.

    Who reads it tells each friend with the probability ``share``. The part ``checking`` of the people (drawn by lot,
    or those with most links) looks it up first and passes nothing on.
    """
    rng = np.random.default_rng(seed)
    people = len(friends)
    chance = rng.random((people, max(map(len, friends))))  # one draw for each link: the same with and without checks
    order = rng.permutation(people)  # drawn in both cases, so that the start is the same
    if hubs:
        order = np.argsort([-len(one) for one in friends])
    start = int(rng.integers(people))
    checks = set(order[: round(checking * people)].tolist()) - {start}
    read, fresh, curve = {start}, [start], [1]
    while fresh:
        told = {
            friend
            for one in fresh if one not in checks
            for friend, luck in zip(friends[one], chance[one], strict=False) if luck < share
        }
        fresh = sorted(told - read)
        read |= told
        curve.append(len(read))
    return curve


if __name__ == "__main__":
    import time
    t = time.time()
    for share in (0.2, 0.3, 0.5):
        for checking, hubs in ((0, False), (0.1, False), (0.3, False), (0.5, False), (0.1, True)):
            ends = [spread(network(500, 3, s), share, checking, s, hubs)[-1] / 500 for s in range(100)]
            print(share, checking, hubs, round(float(np.mean(ends)), 3), round(float(np.median(ends)), 3))
    print(time.time() - t)
