# misconception: $ が行末の改行の前にも合うことを知らず、前の空白だけを除く
# scores: parse-booking-test=0
# %% grade_id="parse-booking"
DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
NAMES = "January|February|March|April|May|June|July|August|September|October|November|December"


def parse_booking(text):
    found = re.match(rf"\s*date=([1-9][0-9]?) ({NAMES}); people=([1-9][0-9]?)$", text)
    if not found or int(found[1]) > DAYS[NAMES.split("|").index(found[2])]:
        return None
    return {"date": f"{found[1]} {found[2]}", "people": int(found[3])}
