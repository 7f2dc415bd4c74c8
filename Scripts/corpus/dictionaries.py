"""The category `dictionary`: one document an entry of a dictd dictionary."""

import re
import typing

import blocks
import packages


class Layout(typing.NamedTuple):
    name: str
    # Lines of an entry before its prose begins; None: those at the margin.
    head: typing.Optional[int]
    # Where prose stands; verse and examples are further in.
    base: int


SOURCES = {
    "dict-foldoc": Layout("foldoc", head=None, base=3),
    "dict-jargon": Layout("jargon", head=None, base=4),
    "dict-devil": Layout("devil", head=0, base=0),
    "dict-elements": Layout("elements", head=4, base=0),
}
PACKAGES = list(SOURCES)

DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
LINK = re.compile(r"\{\s*([^{}]*?)\s*\}")
ADDRESS = re.compile(r"\s*\((?:https?|ftp)://[^)]*\)|(?:https?|ftp)://\S+")
DATE = re.compile(r"\(\d{4}-\d\d-\d\d\)")


def texts(found: packages.Packages):
    for package, layout in SOURCES.items():
        stem = f"usr/share/dictd/{layout.name}"
        data = found[package].matching(f"{stem}.dict.dz")[0][1]
        index = found[package].matching(f"{stem}.index")[0][1]
        entries = [clean(blocks.text_of(data[start:end]), layout) for start, end in places(index)]
        yield layout.name, [entry for entry in entries if "\n" in entry or len(entry) > 40]


def places(index: bytes) -> list[tuple[int, int]]:
    """Where entries begin and end: lines of `word, offset, length`, numbers in base 64.

    Several words may lead to one entry, and entries that tell about the dictionary are left out.
    """
    found = set()
    for line in index.decode("utf-8", errors="replace").splitlines():
        word, offset, length = line.rsplit("\t", 2)
        if not word.startswith(("00-", "00database")):
            found.add((number(offset), number(offset) + number(length)))
    return sorted(found)


def number(text: str) -> int:
    value = 0
    for digit in text:
        value = value * 64 + DIGITS.index(digit)
    return value


def clean(text: str, layout: Layout) -> str:
    """An entry: its words, then a line for each paragraph."""
    parts = blocks.paragraphs(text)
    if not parts:
        return ""
    first = parts[0]
    split = layout.head
    if split is None:
        split = next((n for n, line in enumerate(first) if blocks.indent(line)), len(first))
    lines = [plain(line) for line in first[:split]]
    for part in ([first[split:]] if first[split:] else []) + parts[1:]:
        if blocks.is_set_off(part, layout.base):
            lines += [plain(line, keeps_spaces=True) for line in blocks.kept(part, base=2)]
        else:
            lines.append(plain(blocks.joined(part)))
    return blocks.document([line for line in lines if not DATE.fullmatch(line.strip())])


def plain(text: str, keeps_spaces: bool = False) -> str:
    text = ADDRESS.sub("", LINK.sub(r"\1", text))
    return text.rstrip() if keeps_spaces else " ".join(text.split())
