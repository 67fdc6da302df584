# approach: 語の数の累積和と二分探索を使う
# %% grade_id="make-chunks"
import bisect
import itertools


def make_chunks(text, sentences, size, overlap):
    total = [0, *itertools.accumulate(len(text[a:b].split()) for a, b in sentences)]
    chunks = []
    last = 0
    while last < len(sentences):
        earliest = bisect.bisect_left(total, total[last + 1] - size)
        first = min(last, max(earliest, last - overlap, 0))
        last = max(last + 1, bisect.bisect_right(total, total[first] + size) - 1)
        start, end = sentences[first][0], sentences[last - 1][1]
        chunks.append({"start": start, "end": end, "text": text[start:end]})
    return chunks
