# misconception: strptime が、小文字や 0 付きも読むことを知らない
# scores: parse-booking-test=0
# %% grade_id="parse-booking"
from datetime import datetime


def parse_booking(text):
    found = re.fullmatch(r"date=(.+); people=([1-9][0-9]?)", text.strip())
    if found is None:
        return None
    try:
        datetime.strptime(found[1] + " 2024", "%d %B %Y")
    except ValueError:
        return None
    return {"date": found[1], "people": int(found[2])}
