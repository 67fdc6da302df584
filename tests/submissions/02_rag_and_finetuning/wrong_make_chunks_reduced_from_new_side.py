# misconception: 重ねる文を、新しいほうから減らす（間の文が抜ける）
# scores: make-chunks-test=0
# %% grade_id="make-chunks"
def make_chunks(text, sentences, size, overlap):
    chunks, current, fresh = [], [], 0

    def count(spans):
        return sum(len(text[a:b].split()) for a, b in spans)

    for span in [*sentences, None]:
        if span is None or (current and count([*current, span]) > size):
            if current:
                a, b = current[0][0], current[-1][1]
                chunks.append({"text": text[a:b], "start": a, "end": b})
            if span is None:
                break
            current = current[-overlap:] if overlap else []
            while current and count([*current, span]) > size:
                current = current[:-1]
        current = [*current, span]
    return chunks
