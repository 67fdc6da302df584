# approach: 並べて、順位でパーセンタイルを取る
# %% grade_id="win-rate"
def win_rate(outcomes, starts, draws, generator):
    points = [(outcome == "win") + 0.5 * (outcome == "tie") for outcome in outcomes]
    kinds = list(dict.fromkeys(starts))
    places = [[i for i, one in enumerate(starts) if one == kind] for kind in kinds]
    means = []
    for _ in range(draws):
        drawn = []
        for number in generator.integers(len(kinds), size=len(kinds)):
            drawn += places[number]
        means.append(sum(points[i] for i in drawn) / len(drawn))
    means.sort()
    return sum(points) / len(points), means[int(0.025 * draws)], means[min(draws - 1, int(0.975 * draws))]
