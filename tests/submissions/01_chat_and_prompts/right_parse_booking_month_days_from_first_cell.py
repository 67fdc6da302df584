# approach: はじめのセルの MONTH_DAYS で、行の初めを作って比べる
# %% grade_id="parse-booking"
def parse_booking(text):
    line = text.strip()
    for month, days in MONTH_DAYS.items():
        for day in range(1, days + 1):
            head = f"date={day} {month}; people="
            if line.startswith(head) and line[len(head):] in [str(n) for n in range(1, 100)]:
                return {"date": f"{day} {month}", "people": int(line[len(head):])}
