# misconception: = と ; で切って、間の文字を見ない
# scores: parse-booking-test=0
# %% grade_id="parse-booking"
DAYS = dict(January=31, February=29, March=31, April=30, May=31, June=30, July=31, August=31,
            September=30, October=31, November=30, December=31)


def parse_booking(text):
    try:
        left, right = text.strip().split(";")
        date = left.split("=")[1].strip()
        people = int(right.split("=")[1])
        day, month = date.split()
        if int(day) < 1 or int(day) > DAYS[month] or not 1 <= people <= 99:
            return None
    except (ValueError, IndexError, KeyError):
        return None
    return {"date": date, "people": people}
