# tries: 文字にならない文字を表示し、名前にも使う
# verdict: -
# scores:
# %% grade_id="running"
def running(values):
    return [sum(values[: n + 1]) for n in range(len(values))]


print("\udcff \ud800 \x00 \x1b[31m")
print(b"\xff\xfe".decode("utf-8", "surrogateescape"))
