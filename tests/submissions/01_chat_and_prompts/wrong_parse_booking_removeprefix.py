# misconception: removeprefix で読み、date= も people= もなくてよいことになる
# scores: parse-booking-test=0
# %% grade_id="parse-booking"
DAYS = dict(January=31, February=29, March=31, April=30, May=31, June=30, July=31, August=31,
            September=30, October=31, November=30, December=31)


def parse_booking(text):
    try:
        date, people = text.strip().split("; ")
        people = people.removeprefix("people=")
        day, month = date.removeprefix("date=").split(" ")
        if month not in DAYS or not 1 <= int(day) <= DAYS[month] or str(int(day)) != day:
            return None
        if str(int(people)) != people or not 1 <= int(people) <= 99:
            return None
    except (ValueError, IndexError, KeyError):
        return None
    return {"date": f"{day} {month}", "people": int(people)}
