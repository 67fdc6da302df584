# approach: A への票の数（0、1、2）で判定する
# %% grade_id="judge-report"
def judge_report(a_first, b_first, people):
    a, b = np.array(a_first), np.array(b_first)
    votes_for_a = (a == 1).astype(int) + (b == 2).astype(int)
    verdicts = np.array(["B", "tie", "A"])[votes_for_a]
    human = np.array(people)
    share = (np.mean(a == 1) + np.mean(b == 1)) / 2
    agreement = np.mean(verdicts == human)
    if len(set(verdicts) | set(human)) == 1:
        return float(share), float(agreement), None
    chance = sum(np.mean(verdicts == label) * np.mean(human == label) for label in set(people))
    return float(share), float(agreement), float((agreement - chance) / (1 - chance))
