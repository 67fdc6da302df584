# approach: 読めなければ例外をつかまえて None を返す
# %% grade_id="parse-booking"
from datetime import date as Date


def parse_booking(text):
    names = "January February March April May June July August September October November December".split()
    try:
        left, right = text.strip().split("; ")
        key, value = left.split("=")
        people_key, people = right.split("=")
        day, month = value.split(" ")
        assert key == "date" and people_key == "people"
        for number in (day, people):
            assert number.isascii() and number.isdecimal() and number[0] != "0" and len(number) <= 2
        Date(2004, names.index(month) + 1, int(day))
    except (ValueError, AssertionError):
        return None
    return {"date": value, "people": int(people)}
