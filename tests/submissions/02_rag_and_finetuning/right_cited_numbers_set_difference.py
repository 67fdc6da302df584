# approach: 渡した番号の集合との差を調べる
# %% grade_id="cited-numbers"
def cited_numbers(reply, count):
    cited = set(map(int, re.findall(r"(?<=\[)[0-9]+(?=\])", reply)))
    given = set(range(1, count + 1))
    if not cited or cited - given:
        return None
    return sorted(cited)
