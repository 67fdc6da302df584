# approach: deque で古い文から減らし、len や list に似た名前も自由に使う
# %% grade_id="make-chunks"
from collections import deque


def words(piece):
    return len(piece.split())


def make_chunks(text, sentences, size, overlap):
    chunks = []
    window = deque()
    fresh = False
    for span in [*sentences, None]:
        total = sum(words(text[a:b]) for a, b in window)
        if span is None or (window and total + words(text[span[0] : span[1]]) > size):
            if fresh:
                begin, stop = window[0][0], window[-1][1]
                chunks.append({"text": text[begin:stop], "start": begin, "end": stop})
            if span is None:
                break
            while len(window) > overlap:
                window.popleft()
            while window and sum(words(text[a:b]) for a, b in [*window, span]) > size:
                window.popleft()
        window.append(span)
        fresh = True
    return chunks
