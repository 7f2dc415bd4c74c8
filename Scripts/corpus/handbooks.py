"""The category `handbooks`: Debian's manuals, one document a section."""

import re

import blocks
import packages

SOURCES = {
    "debian-policy": "usr/share/doc/debian-policy/policy.txt.gz",
    "debian-reference-en": "usr/share/debian-reference/debian-reference.en.txt.gz",
    "developers-reference": "usr/share/developers-reference/developers-reference.txt.gz",
    "debian-faq": "usr/share/doc/debian/FAQ/debian-faq.en.txt.gz",
}
PACKAGES = list(SOURCES)

HEADING = re.compile(r"(?:Chapter |Appendix )?(?:\d+|[A-Z])\.(?:\d+\.)*\s+\S.*")
UNDERLINE = re.compile(r"([=*\-~^\"'])\1{2,}")
TABLE = re.compile(r"\s*[|+].*[|+]\s*|\s*[-=]{3,}\s*")
TITLE = re.compile(r"(?:Table|Figure) [\dA-Z]+\.\d+\. .*")
CONTENTS = re.compile(r"\s*(?:\* )?(?:\d+|[A-Z])\.[\d.]*\s")
COMMAND = re.compile(r"\s*[#$] \S")
MENTION = re.compile(r"\s*\((?:https?|ftp)://[^)]*\)|\s*\[\d+\]")


def texts(found: packages.Packages):
    for package, path in SOURCES.items():
        text = blocks.text_of(found[package].matching(path)[0][1])
        yield package, [part for part in sections(text) if len(part) > 120]


def sections(text: str) -> list[str]:
    """The text cut at numbered or underlined headings at the margin."""
    found: list[str] = []
    heading, body = "", []
    for part in blocks.paragraphs(text):
        if is_heading(part):
            found.append(section(heading, body))
            lines = [line for line in part if not UNDERLINE.fullmatch(line)]
            heading, body = blocks.joined(lines), []
        else:
            body.append(part)
    found.append(section(heading, body))
    return [part for part in found if part]


def is_heading(part: list[str]) -> bool:
    if len(part) > 3 or any(map(blocks.indent, part)):
        return False
    return UNDERLINE.fullmatch(part[-1]) is not None or HEADING.fullmatch(part[0]) is not None


def section(heading: str, body: list[list[str]]) -> str:
    """A heading and its paragraphs, without tables and lists of contents."""
    base = blocks.usual_indent("\n".join(line for part in body for line in part))
    lines: list[str] = []
    for part in body:
        part = [line for line in part if not TABLE.fullmatch(line)]
        if not part or TITLE.fullmatch(part[0].strip()):
            continue
        if sum(bool(CONTENTS.match(line)) for line in part) * 2 > len(part):
            continue
        is_item = part[0].lstrip().startswith("* ")
        if COMMAND.match(part[0]) or blocks.is_set_off(part, base) and not is_item:
            lines += blocks.kept(part, base=4)
        else:
            lines.append(MENTION.sub("", blocks.joined(part)))
    return blocks.document([heading] + lines) if lines else ""
