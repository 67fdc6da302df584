# misconception: 重ねる文だけで size 語になると、先へ進まない
# scores: make-chunks-test=0
# %% grade_id="make-chunks"
def make_chunks(text, sentences, size, overlap):
    words = [len(text[a:b].split()) for a, b in sentences]
    chunks, first = [], 0
    while True:
        last = first + 1
        while last < len(sentences) and sum(words[first : last + 1]) <= size:
            last += 1
        if not sentences:
            return []
        start, end = sentences[first][0], sentences[last - 1][1]
        chunks.append({"text": text[start:end], "start": start, "end": end})
        if last >= len(sentences):
            return chunks
        first = last - overlap
        if len(chunks) > 100000:
            return chunks
