# misconception: 年のない strptime で、2 月 29 日を読めない
# scores: parse-booking-test=0
# %% grade_id="parse-booking"
from datetime import datetime


def parse_booking(text):
    found = re.fullmatch(r"date=([1-9][0-9]? [A-Z][a-z]+); people=([1-9][0-9]?)", text.strip())
    if found is None:
        return None
    try:
        datetime.strptime(found[1], "%d %B")
    except ValueError:
        return None
    return {"date": found[1], "people": int(found[2])}
