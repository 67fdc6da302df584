# misconception: 最後のチャンクを加え忘れる
# scores: make-chunks-test=0
# %% grade_id="make-chunks"
def make_chunks(text, sentences, size, overlap):
    chunks, current, used = [], [], 0
    for start, end in sentences:
        words = len(text[start:end].split())
        if current and used + words > size:
            a, b = current[0][0], current[-1][1]
            chunks.append({"text": text[a:b], "start": a, "end": b})
            current = current[-overlap:] if overlap else []
            while current and sum(len(text[x:y].split()) for x, y in current) + words > size:
                current.pop(0)
            used = sum(len(text[x:y].split()) for x, y in current)
        current.append((start, end))
        used += words
    return chunks
