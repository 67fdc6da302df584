# misconception: sentences から取り出して、元のリストを空にする
# scores: make-chunks-test=0
# %% grade_id="make-chunks"
def make_chunks(text, sentences, size, overlap):
    chunks, current = [], []

    def count(spans):
        return sum(len(text[a:b].split()) for a, b in spans)

    while sentences:
        if current:
            current = current[-overlap:] if overlap else []
            while current and count([*current, sentences[0]]) > size:
                current = current[1:]
        current = [*current, sentences.pop(0)]
        while sentences and count([*current, sentences[0]]) <= size:
            current.append(sentences.pop(0))
        a, b = current[0][0], current[-1][1]
        chunks.append({"text": text[a:b], "start": a, "end": b})
    return chunks
