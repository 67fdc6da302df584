# approach: 分数で平均し、最後に小数にする
# %% grade_id="win-rate"
from fractions import Fraction


def win_rate(outcomes, starts, draws, generator):
    half = {"win": 2, "tie": 1, "loss": 0}
    order, table = [], {}
    for outcome, start in zip(outcomes, starts):
        if start not in table:
            order.append(start)
            table[start] = [0, 0]
        table[start][0] += half[outcome]
        table[start][1] += 2
    means = []
    for _ in range(draws):
        chosen = [table[order[i]] for i in generator.integers(len(order), size=len(order)).tolist()]
        means.append(Fraction(sum(a for a, _ in chosen), sum(b for _, b in chosen)))
    means.sort()
    low, high = means[(draws * 25) // 1000], means[-1 - (draws * 25) // 1000]
    whole = Fraction(sum(a for a, _ in table.values()), sum(b for _, b in table.values()))
    return float(whole), float(low), float(high)
