# approach: 再帰で書く
# %% grade_id="make-chunks"
def make_chunks(text, sentences, size, overlap, last=0):
    words = [len(text[start:end].split()) for start, end in sentences]
    if last >= len(sentences):
        return []
    first = max(0, last - overlap)
    while first < last and sum(words[first : last + 1]) > size:
        first += 1
    stop = last + 1
    while stop < len(sentences) and sum(words[first : stop + 1]) <= size:
        stop += 1
    start, end = sentences[first][0], sentences[stop - 1][1]
    rest = make_chunks(text, sentences, size, overlap, stop)
    return [{"text": text[start:end], "start": start, "end": end}, *rest]
