# misconception: 文の切れ目を見ずに、size 語ずつ切る
# scores: make-chunks-test=0
# %% grade_id="make-chunks"
def make_chunks(text, sentences, size, overlap):
    words = list(re.finditer(r"\S+", text))
    step = max(size - overlap, 1)
    chunks = []
    for first in range(0, len(words), step):
        piece = words[first : first + size]
        start, end = piece[0].start(), piece[-1].end()
        chunks.append({"text": text[start:end], "start": start, "end": end})
        if first + size >= len(words):
            break
    return chunks
