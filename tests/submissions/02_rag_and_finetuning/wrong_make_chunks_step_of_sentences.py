# misconception: チャンクの文の数から overlap を引いた分だけ進み、同じチャンクを作り続けないように 1 だけ進める
# scores: make-chunks-test=0
# %% grade_id="make-chunks"
def make_chunks(text, sentences, size, overlap):
    words = [len(text[a:b].split()) for a, b in sentences]
    chunks, first = [], 0
    while first < len(sentences):
        last = first + 1
        while last < len(sentences) and sum(words[first : last + 1]) <= size:
            last += 1
        start, end = sentences[first][0], sentences[last - 1][1]
        chunks.append({"text": text[start:end], "start": start, "end": end})
        if last == len(sentences):
            break
        first += max(last - first - overlap, 1)
    return chunks
