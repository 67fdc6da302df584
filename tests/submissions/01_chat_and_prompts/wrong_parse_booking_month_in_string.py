# misconception: 月の名前を、つないだ文字列の中で探す
# scores: parse-booking-test=0
# %% grade_id="parse-booking"
DAYS = dict(January=31, February=29, March=31, April=30, May=31, June=30, July=31, August=31,
            September=30, October=31, November=30, December=31)


def parse_booking(text):
    found = re.fullmatch(r"date=([1-9][0-9]?) ([A-Z][a-z]+); people=([1-9][0-9]?)", text.strip())
    if not found or found[2] not in " ".join(DAYS):
        return None
    for month, days in DAYS.items():
        if month.startswith(found[2]) and int(found[1]) > days:
            return None
    return {"date": f"{found[1]} {found[2]}", "people": int(found[3])}
