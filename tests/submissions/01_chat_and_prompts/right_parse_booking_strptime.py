# approach: うるう年を付けて strptime で読み、書き直して比べる
# %% grade_id="parse-booking"
from datetime import datetime


def parse_booking(text):
    text = text.strip()
    if not text.startswith("date=") or text.count("; people=") != 1:
        return None
    date, people = text[5:].split("; people=")
    try:
        when = datetime.strptime(f"{date} 2024", "%d %B %Y")
        people = int(people)
    except ValueError:
        return None
    date = f"{when.day} {when.strftime('%B')}"
    if not 1 <= people <= 99 or text != f"date={date}; people={people}":
        return None
    return {"date": date, "people": people}
