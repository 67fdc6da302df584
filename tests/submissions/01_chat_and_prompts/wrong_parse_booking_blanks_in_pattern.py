# misconception: \s に re.ASCII を付け、前後の全角の空白を除かない
# scores: parse-booking-test=0
# %% grade_id="parse-booking"
DAYS = dict(January=31, February=29, March=31, April=30, May=31, June=30, July=31, August=31,
            September=30, October=31, November=30, December=31)


def parse_booking(text):
    months = "|".join(DAYS)
    found = re.fullmatch(rf"\s*date=([1-9]\d?) ({months}); people=([1-9]\d?)\s*", text, re.ASCII)
    return found and int(found[1]) <= DAYS[found[2]] and {"date": found[1] + " " + found[2], "people": int(found[3])} or None
