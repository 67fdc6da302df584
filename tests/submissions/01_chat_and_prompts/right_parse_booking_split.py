# approach: 文字列の分割だけで読み、作り直した行と比べる
# %% grade_id="parse-booking"
MONTH_DAYS = {
    "January": 31, "February": 29, "March": 31, "April": 30, "May": 31, "June": 30,
    "July": 31, "August": 31, "September": 30, "October": 31, "November": 30, "December": 31,
}


def parse_booking(text):
    line = text.strip()
    for month, days in MONTH_DAYS.items():
        for day in range(1, days + 1):
            start = f"date={day} {month}; people="
            if line.startswith(start):
                rest = line[len(start):]
                for people in range(1, 100):
                    if rest == str(people):
                        return {"date": f"{day} {month}", "people": people}
    return None
