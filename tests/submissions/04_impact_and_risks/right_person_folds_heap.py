# approach: 組をヒープに入れ、(合計, 番号) の小さいものを取り出す
# %% grade_id="person-folds"
import heapq


def leaking_people(person, train, test):
    both = []
    for name in sorted(set(person)):
        mine = {place for place, other in enumerate(person) if other == name}
        if mine.intersection(train) and mine.intersection(test):
            both.append(name)
    return both


def person_folds(person, k):
    counts = {}
    for name in person:
        counts[name] = counts.get(name, 0) + 1
    if k > len(counts):
        raise ValueError
    heap = [(0, fold) for fold in range(k)]
    home = {}
    for name in sorted(counts, key=counts.get, reverse=True):
        total, fold = heapq.heappop(heap)
        home[name] = fold
        heapq.heappush(heap, (total + counts[name], fold))
    return list(map(home.get, person))
