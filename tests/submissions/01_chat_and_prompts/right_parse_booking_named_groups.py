# approach: 月ごとの日数を正規表現の名前付きグループと calendar で調べる
# %% grade_id="parse-booking"
import calendar

PATTERN = re.compile(r"\Adate=(?P<date>(?P<day>[1-9]|[12][0-9]|3[01]) (?P<month>[A-Z][a-z]*)); people=(?P<people>[1-9][0-9]?)\Z")
MONTHS = ["January", "February", "March", "April", "May", "June", "July",
          "August", "September", "October", "November", "December"]


def parse_booking(text):
    match = PATTERN.match(text.strip())
    if match and match["month"] in MONTHS:
        last = calendar.monthrange(2024, MONTHS.index(match["month"]) + 1)[1]
        if int(match["day"]) <= last:
            return {"date": match["date"], "people": int(match["people"])}
