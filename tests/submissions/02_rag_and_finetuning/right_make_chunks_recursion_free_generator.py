# approach: ジェネレーターで書く
# %% grade_id="make-chunks"
def pieces(counts, size, overlap):
    new = 0
    while new < len(counts):
        options = [f for f in range(max(new - overlap, 0), new) if sum(counts[f : new + 1]) <= size]
        first = options[0] if options else new
        used = sum(counts[first : new + 1])
        stop = new + 1
        for count in counts[new + 1 :]:
            used += count
            if used > size:
                break
            stop += 1
        yield first, stop
        new = stop


def make_chunks(text, sentences, size, overlap):
    counts = [len(text[start:end].split()) for start, end in sentences]
    found = []
    for first, stop in pieces(counts, size, overlap):
        chunk = {"start": sentences[first][0], "end": sentences[stop - 1][1]}
        chunk["text"] = text[chunk["start"] : chunk["end"]]
        found.append(chunk)
    return found
