# approach: 文を 1 つずつ入れ、入らなくなったらチャンクを閉じる
# %% grade_id="make-chunks"
def make_chunks(text, sentences, size, overlap):
    chunks, current = [], []

    def count(spans):
        return sum(len(text[a:b].split()) for a, b in spans)

    def close():
        start, end = current[0][0], current[-1][1]
        chunks.append({"text": text[start:end], "start": start, "end": end})

    for span in sentences:
        if current and count(current + [span]) > size:
            close()
            kept = current[-overlap:] if overlap else []
            while kept and count(kept + [span]) > size:
                kept = kept[1:]
            current = kept
        current = current + [span]
    if current:
        close()
    return chunks
