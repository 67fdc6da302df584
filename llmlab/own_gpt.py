"""A GPT of one's own, as GPT Builder makes it: name, instructions, knowledge files, conversation starters; one file.

The model stays as it is. What is one's own is what is sent with each question: the instructions always, and the
passages that a search function (lesson 02 writes it) finds in the knowledge files.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from llmlab import chat
from llmlab.errors import CourseError
from llmlab.rag import Document, squeeze

FIELDS = ("name", "instructions", "knowledge", "starters")
SUFFIXES = (".md", ".txt")
LARGEST = 2_000_000


@dataclass
class OwnGPT:
    """What GPT Builder asks for, over one of the chat services.

    Attributes
    ----------
    name
        What it is called.
    instructions
        How it shall behave: sent as the system's message, before every conversation.
    knowledge
        Text files (``.md``, ``.txt``), as paths beside the saved file or absolute ones.
    starters
        Questions that are offered at the beginning.
    folder
        Where relative paths begin; :meth:`load` sets it to the file's folder.
    """

    name: str
    instructions: str
    knowledge: Sequence[str] = ()
    starters: Sequence[str] = ()
    folder: Path = field(default=Path("."), compare=False, repr=False)

    def save(self, file: str | Path) -> Path:
        """Write everything but the knowledge's text to one JSON file, and return its path.

        Raises
        ------
        CourseError
            The folder is missing or may not be written to.
        """
        file = Path(file)
        content = {key: value for key, value in asdict(self).items() if key in FIELDS}
        try:
            file.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        except OSError as error:
            raise CourseError(
                f"「{file.name}」に書けません。フォルダーがあるかと、書き込めるかを確かめてください。"
            ) from error
        return file

    @classmethod
    def load(cls, file: str | Path) -> "OwnGPT":
        """Return what :meth:`save` wrote; its knowledge files must be there.

        Raises
        ------
        CourseError
            No such file; it is damaged; an entry is missing or of the wrong kind; a knowledge file is missing.
        """
        file = Path(file)
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
        except OSError as error:
            raise CourseError(f"「{file.name}」がありません。保存した場所を確かめてください。") from error
        except ValueError as error:  # no JSON, or no UTF-8
            raise CourseError(
                f"「{file.name}」は壊れていて読めません。もう一度 save で保存してください。"
            ) from error
        kinds = {"name": str, "instructions": str, "knowledge": list, "starters": list}
        for key, kind in kinds.items():
            value = content.get(key) if isinstance(content, dict) else None
            good = isinstance(value, kind) and (kind is str or all(isinstance(part, str) for part in value))
            if not good:
                raise CourseError(
                    f"「{file.name}」の {key} がないか、形が違います。もう一度 save で保存してください。"
                )
        found = cls(**{key: content[key] for key in FIELDS}, folder=file.parent)
        for name in found.knowledge:
            found._text(name)
        return found

    def _text(self, name: str) -> str:
        """Return a knowledge file's text."""
        path = self.folder / name
        if path.suffix.lower() not in SUFFIXES:
            raise CourseError(
                f"知識ファイル「{path.name}」は {'、'.join(SUFFIXES)} ではないので読めません。文字だけのファイルに直してください。"
            )
        try:
            if path.stat().st_size > LARGEST:
                raise CourseError(
                    f"知識ファイル「{path.name}」は {LARGEST:,} バイトを超えるので読みません。分けてください。"
                )
            return path.read_text(encoding="utf-8")
        except OSError as error:
            raise CourseError(
                f"知識ファイル「{path.name}」がありません。もとの場所に置くか、knowledge から外してください。"
            ) from error
        except UnicodeDecodeError as error:
            raise CourseError(
                f"知識ファイル「{path.name}」は UTF-8 ではないので読めません。UTF-8 で保存し直してください。"
            ) from error

    def documents(self) -> list[Document]:
        """Return the knowledge: what stands below a line ``# title`` is one document.

        Raises
        ------
        CourseError
            A knowledge file is missing or cannot be read.
        """
        found = []
        for name in self.knowledge:
            path, title, lines = Path(name), Path(name).stem, []
            for line in [*self._text(name).splitlines(), "# "]:
                if not line.startswith("#"):
                    lines.append(line)
                    continue
                if text := squeeze(" ".join(lines)):
                    found.append(Document(path.name, title, title, text))
                title, lines = line.lstrip("#").strip(), []
        return found

    def messages(self, conversation: list[dict], ground: Callable[[str], str] | None = None) -> list[dict]:
        """Return what is sent: the instructions, then the conversation, its last question grounded.

        Parameters
        ----------
        conversation
            The messages so far, the question last.
        ground
            From the question to what is asked instead: the passages that were found and the question.
        """
        *before, last = conversation
        content = ground(last["content"]) if ground else last["content"]
        return [{"role": "system", "content": self.instructions}, *before, last | {"content": content}]

    def answer(
        self,
        conversation: list[dict],
        service: chat.Service,
        ground: Callable[[str], str] | None = None,
        **options,
    ) -> str:
        """Return the service's answer to a conversation; ``options`` are those of :func:`llmlab.chat.ask`.

        Raises
        ------
        CourseError
            As :func:`llmlab.chat.ask`.
        """
        return chat.ask(service, self.messages(conversation, ground), **options).text
