# misconception: 月の最後の日を外れにする
# scores: parse-booking-test=0
# %% grade_id="parse-booking"
DAYS = dict(January=31, February=29, March=31, April=30, May=31, June=30, July=31, August=31,
            September=30, October=31, November=30, December=31)


def parse_booking(text):
    found = re.fullmatch(r"date=([1-9][0-9]?) ([A-Za-z]+); people=([1-9][0-9]?)", text.strip())
    if not found:
        return None
    day, month, people = found.groups()
    if month not in DAYS or int(day) >= DAYS[month]:
        return None
    return {"date": f"{day} {month}", "people": int(people)}
