# approach: 語の数を numpy で数え、start と end が numpy の整数になる
# %% grade_id="make-chunks"
def make_chunks(text, sentences, size, overlap):
    spans = np.array(sentences, dtype=int).reshape(-1, 2)
    counts = np.array([len(text[a:b].split()) for a, b in spans], dtype=int)
    chunks, new = [], 0
    while new < len(spans):
        back = 0
        while back < min(overlap, new) and counts[new - back - 1 : new + 1].sum() <= size:
            back += 1
        first = new - back
        room = np.cumsum(counts[first:]) <= size
        new = max(new + 1, first + int(room.sum()))
        start, end = spans[first, 0], spans[new - 1, 1]
        chunks.append({"text": text[start:end], "start": start, "end": end})
    return chunks
