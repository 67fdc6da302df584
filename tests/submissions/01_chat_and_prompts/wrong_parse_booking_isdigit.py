# misconception: isdigit が、上付きや全角の数字でも真になることを知らない
# scores: parse-booking-test=0
# %% grade_id="parse-booking"
DAYS = dict(January=31, February=29, March=31, April=30, May=31, June=30, July=31, August=31,
            September=30, October=31, November=30, December=31)


def parse_booking(text):
    text = text.strip()
    if not text.startswith("date=") or text.count("; people=") != 1:
        return None
    date, people = text.removeprefix("date=").split("; people=")
    if date.count(" ") != 1:
        return None
    day, month = date.split(" ")
    if not day.isdigit() or not people.isdigit() or day[0] == "0" or people[0] == "0":
        return None
    if month not in DAYS or int(day) > DAYS[month] or int(people) > 99:
        return None
    return {"date": date, "people": int(people)}
