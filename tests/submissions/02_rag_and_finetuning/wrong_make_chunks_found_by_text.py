# misconception: 位置を find で探し、同じ文が 2 度あると前の位置になる
# scores: make-chunks-test=0
# %% grade_id="make-chunks"
def make_chunks(text, sentences, size, overlap):
    words = [len(text[start:end].split()) for start, end in sentences]
    chunks, last = [], 0
    while last < len(sentences):
        first = max(0, last - overlap)
        while first < last and sum(words[first : last + 1]) > size:
            first += 1
        last += 1
        while last < len(sentences) and sum(words[first : last + 1]) <= size:
            last += 1
        start, end = sentences[first][0], sentences[last - 1][1]
        chunks.append({"text": text[start:end], "start": text.find(text[start:end]), "end": text.find(text[start:end]) + end - start})
    return chunks
