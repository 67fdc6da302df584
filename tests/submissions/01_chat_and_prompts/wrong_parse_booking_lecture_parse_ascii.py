# misconception: 講義の parse の形のまま、先頭の 0 を許す
# scores: parse-booking-test=0
# %% grade_id="parse-booking"
DAYS = dict(January=31, February=29, March=31, April=30, May=31, June=30, July=31, August=31,
            September=30, October=31, November=30, December=31)


def parse_booking(text):
    months = "|".join(DAYS)
    found = re.fullmatch(rf"date=([0-9]{{1,2}} (?:{months})); people=([0-9]+)", text.strip())
    if not found:
        return None
    day, month = found[1].split()
    if not 1 <= int(day) <= DAYS[month] or not 1 <= int(found[2]) <= 99:
        return None
    return {"date": found[1], "people": int(found[2])}
