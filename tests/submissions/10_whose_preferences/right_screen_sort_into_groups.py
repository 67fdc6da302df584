# approach: 判定の関数を分け、名前を組に入れる
# %% grade_id="screen"
SENSITIVE = {"toxic", "sexual", "violent", "judgemental", "political"}


def decide(given, researcher, cutoff, margin, least):
    pairs = [(a, b) for a, b in zip(given, researcher) if b in SENSITIVE and a is not None]
    if len(pairs) < least:
        return "unknown"
    rate = np.mean([a == b for a, b in pairs])
    return "hired" if rate >= cutoff else "held" if rate >= cutoff - margin else "refused"


def screen(marks, researcher, cutoff, margin, least):
    groups = {"hired": [], "held": [], "unknown": [], "refused": []}
    for name in marks:
        groups[decide(marks[name], researcher, cutoff, margin, least)].append(name)
    if groups["hired"] == []:
        raise ValueError(f"{len(marks)} 人の候補のうち、基準に届いた人がいません。")
    return groups["hired"], groups["held"], groups["unknown"]
