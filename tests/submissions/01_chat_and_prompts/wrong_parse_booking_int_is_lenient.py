# misconception: int が 0・＋・_ の付いた数も読むことを知らない
# scores: parse-booking-test=0
# %% grade_id="parse-booking"
DAYS = dict(January=31, February=29, March=31, April=30, May=31, June=30, July=31, August=31,
            September=30, October=31, November=30, December=31)


def parse_booking(text):
    text = text.strip()
    if not text.startswith("date=") or "; people=" not in text:
        return None
    date, people = text.removeprefix("date=").split("; people=", 1)
    try:
        day, month = date.split(" ")
        if not 1 <= int(day) <= DAYS[month] or not 1 <= int(people) <= 99:
            return None
    except (ValueError, KeyError):
        return None
    return {"date": date, "people": int(people)}
