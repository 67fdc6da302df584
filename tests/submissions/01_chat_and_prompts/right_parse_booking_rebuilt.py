# approach: 数字を拾い、作り直した行と比べる
# %% grade_id="parse-booking"
import calendar


def parse_booking(text):
    text = text.strip()
    for number in range(1, 13):
        month = calendar.month_name[number]
        if month in text:
            digits = re.findall("[0-9]+", text)
            if len(digits) == 2:
                day, people = (int(one) for one in digits)
                if text == f"date={day} {month}; people={people}":
                    if 1 <= day <= calendar.monthrange(2024, number)[1] and 1 <= people <= 99:
                        return {"date": f"{day} {month}", "people": people}
    return None
