# misconception: strptime の形に全部を入れ、人数を後で読む
# scores: parse-booking-test=0
# %% grade_id="parse-booking"
from datetime import datetime


def parse_booking(text):
    first, _, last = text.strip().partition("; people=")
    try:
        when = datetime.strptime(first + " 2024", "date=%d %B %Y")
        people = int(last)
    except ValueError:
        return None
    if not 1 <= people <= 99:
        return None
    return {"date": f"{when.day} {when:%B}", "people": people}
