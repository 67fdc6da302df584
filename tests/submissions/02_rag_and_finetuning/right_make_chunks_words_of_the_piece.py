# approach: 範囲の文字列をそのつど数える関数を中に書く
# %% grade_id="make-chunks"
def make_chunks(text, sentences, size, overlap):
    def words(first, last):
        return len(text[sentences[first][0] : sentences[last][1]].split())

    chunks = []
    new = 0
    while new < len(sentences):
        first = new
        while first > 0 and new - first < overlap and words(first - 1, new) <= size:
            first -= 1
        last = new
        while last + 1 < len(sentences) and words(first, last + 1) <= size:
            last += 1
        start, end = sentences[first][0], sentences[last][1]
        chunks.append(dict(text=text[start:end], start=start, end=end))
        new = last + 1
    return chunks
