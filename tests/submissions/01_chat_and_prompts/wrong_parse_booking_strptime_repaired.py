# misconception: strptime で読み、正しい形に直して返す
# scores: parse-booking-test=0
# %% grade_id="parse-booking"
from datetime import datetime


def parse_booking(text):
    found = re.fullmatch(r"date=(.+); people=([1-9][0-9]?)", text.strip())
    if found is None:
        return None
    try:
        when = datetime.strptime(found[1] + " 2024", "%d %B %Y")
    except ValueError:
        return None
    return {"date": f"{when.day} {when:%B}", "people": int(found[2])}
