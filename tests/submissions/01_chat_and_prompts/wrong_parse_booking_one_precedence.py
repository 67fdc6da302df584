# misconception: | の範囲を間違え、月の名前の途中で切れる
# scores: parse-booking-test=0
# %% grade_id="parse-booking"
NAMES = "January|February|March|April|May|June|July|August|September|October|November|December"


def parse_booking(text):
    found = re.search(rf"^date=([1-9]|[12][0-9]|3[01]) {NAMES}; people=([1-9][0-9]?)$", text.strip())
    if not found:
        return None
    head, _, people = text.strip().partition("; people=")
    return {"date": head.removeprefix("date="), "people": int(people or 1)}
