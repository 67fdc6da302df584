# approach: rng.random() が 0.5 より小さければ次の文にする
# %% grade_id="nsp-pairs"
def make_nsp_pairs(documents, rng):
    made = []
    for index in range(len(documents)):
        document = documents[index]
        for i in range(len(document) - 1):
            if rng.random() < 0.5:
                made.append((document[i], document[i + 1], 0))
            else:
                other = rng.choice([k for k in range(len(documents)) if k != index])
                made.append((document[i], rng.choice(documents[other]), 1))
    return made
