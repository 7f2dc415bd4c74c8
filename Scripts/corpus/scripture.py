"""The category `scripture`: the King James Bible, one document a chapter."""

import pathlib
import re
import tempfile

import blocks
import packages

PACKAGES = ["bible-kjv", "bible-kjv-text"]

VERSE = re.compile(r" +\d+ (.*)")


def texts(found: packages.Packages):
    chapters: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in whole_text(found).split("\n"):
        verse = VERSE.fullmatch(line)
        if verse:
            lines.append(" ".join(verse[1].split()))
        elif line.strip():
            lines = [line.strip()]
            book = line.strip().rsplit(" ", 1)[0]
            chapters.setdefault(book, []).append(lines)
    for number, (book, parts) in enumerate(chapters.items(), start=1):
        stem = f"{number:02}-{book.lower().replace(' ', '-')}"
        yield stem, [blocks.document(part) for part in parts]


def whole_text(found: packages.Packages) -> str:
    """The package's own program prints it: the data has a format of its own."""
    with tempfile.TemporaryDirectory(prefix="nightjar-scripture-") as scratch:
        folder = pathlib.Path(scratch)
        program = folder / "bible"
        program.write_bytes(found["bible-kjv"].files["usr/bin/bible"])
        program.chmod(0o755)
        for name in ("bible.data", "bible.data.conc"):
            (folder / name).write_bytes(found["bible-kjv-text"].files[f"usr/lib/{name}"])
        # Lines wider than any verse, so that none is wrapped.
        command = ["./bible", "-p", ".", "-d", "bible.data", "-l2000", "gen1:1-rev22:21"]
        return packages.output(command, cwd=scratch).decode("ascii")
