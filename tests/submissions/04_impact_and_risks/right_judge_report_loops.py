# approach: 数えながら 1 組ずつ見る
# %% grade_id="judge-report"
def judge_report(a_first, b_first, people):
    first = same = 0
    judge_counts = {"A": 0, "B": 0, "tie": 0}
    human_counts = {"A": 0, "B": 0, "tie": 0}
    for i in range(len(people)):
        if a_first[i] == 1:
            first += 1
        if b_first[i] == 1:
            first += 1
        if a_first[i] == 1 and b_first[i] == 2:
            verdict = "A"
        elif a_first[i] == 2 and b_first[i] == 1:
            verdict = "B"
        else:
            verdict = "tie"
        judge_counts[verdict] += 1
        human_counts[people[i]] += 1
        if verdict == people[i]:
            same += 1
    n = len(people)
    p_o = same / n
    p_e = 0
    for label in judge_counts:
        p_e += judge_counts[label] / n * human_counts[label] / n
    if n in judge_counts.values() and judge_counts == human_counts:
        return first / (2 * n), p_o, None
    return first / (2 * n), p_o, (p_o - p_e) / (1 - p_e)
