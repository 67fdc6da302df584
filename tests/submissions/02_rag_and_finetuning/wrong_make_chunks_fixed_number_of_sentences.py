# misconception: 語を数えず、1 チャンクに決まった数の文を入れる
# scores: make-chunks-test=0
# %% grade_id="make-chunks"
def make_chunks(text, sentences, size, overlap):
    per = max(overlap + 1, 3)
    chunks = []
    for first in range(0, len(sentences), per - overlap):
        start, end = sentences[first][0], sentences[min(first + per, len(sentences)) - 1][1]
        chunks.append({"text": text[start:end], "start": start, "end": end})
    return chunks
