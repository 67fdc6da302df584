"""Documents and questions of lesson 02, and how an answer is judged. How one searches them stands in the notebook."""

import gzip
import html.parser
import json
import re
from dataclasses import dataclass

from llmlab import data

SOURCES = ("rules", "handbook")
_NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty"
).split()
_WORDS = {word: str(number) for number, word in enumerate(_NUMBERS)} | {
    "thirty": "30",
    "forty": "40",
    "fifty": "50",
    "sixty": "60",
    "percent": "%",
}


@dataclass(frozen=True)
class Document:
    """A text with the place that is cited for it.

    Attributes
    ----------
    source
        ``rules``, ``handbook`` or ``search``.
    place
        A section's id, a page's file name, or a result's address.
    title, text
        Its heading and its running text.
    """

    source: str
    place: str
    title: str
    text: str


def squeeze(text: str) -> str:
    """Return a text with one space wherever white space stands."""
    return " ".join(text.split())


def normalise(text: str) -> str:
    """Return a text in lower case, numbers as digits, punctuation removed, framed by spaces.

    So ``normalise(answer) in normalise(reply)`` compares whole words.
    """
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text.lower())  # 2,000 -> 2000
    text = re.sub(r"['’]s\b", "", text)
    text = re.sub(r"[¥￥] ?(\d+)", r"\1 yen", text)
    text = re.sub(r"(?<=\d)(:00)? ?([ap])\.?m\b\.?", r" \2m", text)  # 7 p.m., 7:00pm -> 7 pm
    text = re.sub(r"(?<=\d)(st|nd|rd|th)\b", "", text)
    text = re.sub(r"(?<!\d)\.|\.(?!\d)|[^\w\s.%+]|_", " ", text).replace("%", " % ")
    return " " + " ".join(_WORDS.get(word, word) for word in text.split()) + " "


def right(reply: str, question: dict) -> bool:
    """Say whether one of a question's answers stands in a reply, as whole words."""
    said = normalise(reply)
    return any(normalise(answer) in said for answer in question["answers"])


def documents(source: str | None = None) -> list[Document]:
    """Return the sections of the university's rules and of the handbook's pages, or those of one source."""
    found = [
        Document("rules", section["id"], section["title"], section["text"])
        for section in data.load("rag/university_rules.toml")["section"]
    ]
    with gzip.open(data.find("rag/handbook.jsonl.gz"), "rt", encoding="utf-8") as lines:
        for page in map(json.loads, lines):
            whole = re.sub(r"^[\dA-Z.]+ ", "", page["title"])
            for section in page["sections"]:
                heading = section["heading"]
                title = whole if heading == whole else f"{whole}: {heading}"
                found.append(
                    Document("handbook", page["file"], title, squeeze(" ".join(section["paragraphs"])))
                )
    return [one for one in found if source in (None, one.source)]


def questions(split: str, source: str | None = None) -> list[dict]:
    """Return the questions of a split (``dev`` or ``test``), or those of one source; no answers: nothing says it."""
    found = data.load("rag/questions.toml")["question"]
    return [one for one in found if one["split"] == split and source in (None, one["source"])]


def refusal_questions(source: str | None = None) -> list[dict]:
    """Return the later questions, scored once for the refusal, or those of one source; no answers: nothing says it."""
    found = data.load("rag/refusal_questions.toml")["question"]
    return [one for one in found if source in (None, one["source"])]


def mark(kind: str, name: str) -> str:
    """Return what an encoder wants before a text, by its name: the E5 models tell questions from passages.

    Parameters
    ----------
    kind
        ``query`` or ``passage``.
    name
        The model's name, as in ``models.entry("retriever").name``.
    """
    return f"{kind}: " if "-e5-" in name else ""


class _Results(html.parser.HTMLParser):
    """Reads the results of a saved page: heading, address, date and text of each."""

    def __init__(self):
        super().__init__()
        self.found, self._within = [], None

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "li" and given.get("class") == "result":
            self.found.append({"title": "", "text": "", "place": "", "date": ""})
        elif not self.found:
            return
        elif tag == "a" and self._within == "title":
            self.found[-1]["place"] = given["href"]
        elif tag == "time":
            self.found[-1]["date"] = given["datetime"]
        elif tag == "h3":
            self._within = "title"
        elif tag == "p" and given.get("class") == "snippet":
            self._within = "text"

    def handle_endtag(self, tag):
        if tag in ("h3", "p"):
            self._within = None

    def handle_data(self, text):
        if self._within:
            self.found[-1][self._within] += text


def search_results() -> list[Document]:
    """Return the results of the saved page of a search, in its order; each title ends with the result's date."""
    reader = _Results()
    reader.feed(data.find("rag/search_results.html").read_text(encoding="utf-8"))
    return [
        Document("search", one["place"], f"{squeeze(one['title'])} ({one['date']})", squeeze(one["text"]))
        for one in reader.found
    ]


def search_questions() -> list[dict]:
    """Return the questions on the saved page of search results."""
    return data.load("rag/search_questions.toml")["question"]
