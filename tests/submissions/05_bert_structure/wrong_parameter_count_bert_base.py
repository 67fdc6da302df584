# misconception: BERT-base の数を返す
# scores: parameter-count-test=0
# %% grade_id="parameter-count"
def parameter_count(config):
    return 109_482_240
