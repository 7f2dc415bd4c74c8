"""The category `fortunes`: sayings, quotations, verse; one document each."""

import re

import blocks
import packages

PACKAGES = ["fortunes", "fortunes-min"]

# Drawings, notes to translators, and jokes about groups of people.
LEFT_OUT = {"ascii-art", "drugs", "ethnic", "men-women", "translate-me"}


def texts(found: packages.Packages):
    for package in PACKAGES:
        for path, data in found[package].matching("usr/share/games/fortunes/*"):
            name = path.rsplit("/", 1)[1]
            # Subfolders hold other languages, *.dat the program's indexes.
            if path.count("/") > 4 or "." in name or name in LEFT_OUT:
                continue
            parts = re.split(r"^%$", blocks.text_of(data), flags=re.MULTILINE)
            sayings = [clean(part) for part in parts]
            yield name, [saying for saying in sayings if saying]


def clean(text: str) -> str:
    """Lines stay, as much of this is verse; large indents shrink."""
    lines = []
    for line in text.split("\n"):
        words = re.sub(r"  +", "  ", line.strip())
        if words:
            lines.append(" " * min(blocks.indent(line), 4) + words)
    return blocks.document(lines)
