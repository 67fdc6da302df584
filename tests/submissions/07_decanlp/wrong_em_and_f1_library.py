# misconception: できあいの物差しを使う
# scores: em-and-f1-test=0
# %% grade_id="em-and-f1"
def em_and_f1(said, answers):
    from torchmetrics.functional.text import squad

    target = {"answers": {"answer_start": [0] * len(answers), "text": answers}, "id": "0"}
    found = squad([{"prediction_text": said, "id": "0"}], [target])
    return float(found["exact_match"]), float(found["f1"])
