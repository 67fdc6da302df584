# approach: ゆるく読んでから、整数に直して戻した文字と比べる
# %% grade_id="parse-booking"
DAYS = dict(January=31, February=29, March=31, April=30, May=31, June=30, July=31, August=31,
            September=30, October=31, November=30, December=31)


def parse_booking(text):
    found = re.fullmatch(r"date=(\d+) (\w+); people=(\d+)", text.strip())
    if not found:
        return None
    day, month, people = found.groups()
    if str(int(day)) != day or str(int(people)) != people or month not in DAYS:
        return None
    if not (1 <= int(day) <= DAYS[month] and 1 <= int(people) <= 99):
        return None
    return {"date": day + " " + month, "people": int(people)}
