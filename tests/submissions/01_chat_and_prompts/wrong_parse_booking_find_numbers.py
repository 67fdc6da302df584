# misconception: 数字と月をどこからでも拾う
# scores: parse-booking-test=0
# %% grade_id="parse-booking"
DAYS = dict(January=31, February=29, March=31, April=30, May=31, June=30, July=31, August=31,
            September=30, October=31, November=30, December=31)


def parse_booking(text):
    numbers = re.findall(r"[0-9]+", text)
    months = [month for month in DAYS if month in text]
    if len(numbers) != 2 or len(months) != 1:
        return None
    day, people = map(int, numbers)
    if not 1 <= day <= DAYS[months[0]] or not 1 <= people <= 99:
        return None
    return {"date": f"{day} {months[0]}", "people": people}
