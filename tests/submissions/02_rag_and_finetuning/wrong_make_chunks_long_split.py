# misconception: size 語より長い文を、途中で切る
# scores: make-chunks-test=0
# %% grade_id="make-chunks"
def make_chunks(text, sentences, size, overlap):
    spans = []
    for a, b in sentences:
        found = [(a + m.start(), a + m.end()) for m in re.finditer(r"\S+", text[a:b])]
        spans += [(part[0][0], part[-1][1]) for part in (found[i : i + size] for i in range(0, len(found), size))]
    words = [len(text[start:end].split()) for start, end in spans]
    chunks, last = [], 0
    while last < len(spans):
        first = max(0, last - overlap)
        while first < last and sum(words[first : last + 1]) > size:
            first += 1
        last += 1
        while last < len(spans) and sum(words[first : last + 1]) <= size:
            last += 1
        start, end = spans[first][0], spans[last - 1][1]
        chunks.append({"text": text[start:end], "start": start, "end": end})
    return chunks
