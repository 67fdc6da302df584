# misconception: 順番を入れかえた行も通す
# scores: parse-booking-test=0
# %% grade_id="parse-booking"
DAYS = dict(January=31, February=29, March=31, April=30, May=31, June=30, July=31, August=31,
            September=30, October=31, November=30, December=31)


def parse_booking(text):
    parts = dict(part.split("=", 1) for part in text.strip().split("; ") if "=" in part)
    if set(parts) != {"date", "people"} or not re.fullmatch("[1-9][0-9]?", parts["people"]):
        return None
    found = re.fullmatch("([1-9][0-9]?) ([A-Za-z]+)", parts["date"])
    if not found or found[2] not in DAYS or int(found[1]) > DAYS[found[2]]:
        return None
    return {"date": parts["date"], "people": int(parts["people"])}
