"""Write sizes and sha256 of the course's own files into data/models.toml: ``python data/build/manifest.py``."""

import hashlib
import re
import tomllib
from pathlib import Path

DATA = Path(__file__).resolve().parents[1]


def row(file: Path, folder: Path) -> str:
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    name = file.relative_to(folder).as_posix()
    return f'  {{ name = "{name}", bytes = {file.stat().st_size}, sha256 = "{digest}" }},'


def main() -> None:
    manifest = DATA / "models.toml"
    text = manifest.read_text(encoding="utf-8")
    for role, profiles in tomllib.loads(text).items():
        for profile, entry in profiles.items():
            if entry.get("source") != "course":
                continue
            folder = DATA / entry["path"]
            rows = [row(folder / file["name"], folder) for file in entry["files"]]
            head = re.escape(f"[{role}.{profile}]")
            text = re.sub(
                rf"({head}\n(?:(?!\n\[).)*?files = \[\n).*?(\n\])",
                lambda found, rows=rows: found.group(1) + "\n".join(rows) + found.group(2),
                text,
                count=1,
                flags=re.DOTALL,
            )
    manifest.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
