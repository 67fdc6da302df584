# misconception: 渡した番号だけを探し、渡していない番号を見逃す
# scores: cited-numbers-test=0
# %% grade_id="cited-numbers"
def cited_numbers(reply, count):
    found = [number for number in range(1, count + 1) if f"[{number}]" in reply]
    return found or None
