"""Turns wrapped text into documents: blocks of lines without a blank one.

A paragraph becomes one line, so that a model learns words and not the width of somebody's
terminal. Verse, code and tables keep their lines.
"""

import re
from collections import Counter

TAB = 8


def text_of(data: bytes) -> str:
    """Valid UTF-8 without control characters; old files are Latin-1."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    # An overstruck character is the last one: "_\bx" is x.
    text = re.sub(r".\x08", "", text)
    text = text.replace("\r\n", "\n").replace("\u00ad", "").expandtabs(TAB)
    return re.sub(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ufeff]", "", text)


def paragraphs(text: str) -> list[list[str]]:
    """Runs of lines between blank ones."""
    found: list[list[str]] = []
    current: list[str] = []
    for line in text.split("\n") + [""]:
        if line.strip():
            current.append(line.rstrip())
        elif current:
            found.append(current)
            current = []
    return found


def indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def usual_indent(text: str) -> int:
    """How far most lines stand from the margin."""
    counts = Counter(indent(line) for line in text.split("\n") if line.strip())
    # Ties go to the smaller indent, so that the answer has one value.
    return min(counts, key=lambda width: (-counts[width], width)) if counts else 0


def joined(lines: list[str]) -> str:
    return " ".join(" ".join(lines).split())


def kept(lines: list[str], base: int = 0) -> list[str]:
    """Lines with their shape, moved left to `base` columns."""
    margin = min(indent(line) for line in lines)
    return [" " * base + line[margin:] for line in lines]


def is_set_off(lines: list[str], base: int) -> bool:
    """Whether a paragraph is verse or code: further in than prose, and more than a first line."""
    return len(lines) > 1 and all(indent(line) > base for line in lines)


def document(lines: list[str]) -> str:
    return "\n".join(line for line in lines if line.strip())
