"""The category `manuals`: Perl's manual, one document a section."""

import re

import blocks
import packages

PACKAGES = ["perl-doc"]

# Tables of contents, generated lists, other languages.
LEFT_OUT = {"perltoc", "perluniprops", "perlcn", "perljp", "perlko", "perltw", "perlhist"}

ENTITIES = {"lt": "<", "gt": ">", "verbar": "|", "sol": "/"}
CODE = re.compile(r"([A-Z])(?:<(?!<)([^<>]*)>|<<+ (.*?) >>+)", re.DOTALL)


def texts(found: packages.Packages):
    for path, data in found["perl-doc"].matching("usr/share/perl/*/pod/*.pod"):
        name = path.rsplit("/", 1)[1].removesuffix(".pod")
        if name in LEFT_OUT:
            continue
        documents = sections(blocks.text_of(data))
        if documents:
            yield name, documents


def sections(text: str) -> list[str]:
    """The text cut at its headings; a heading without text of its own is dropped."""
    found: list[str] = []
    lines: list[str] = []
    skips = False
    for part in blocks.paragraphs(text):
        command, _, rest = part[0].partition(" ")
        if command in ("=begin", "=end", "=for", "=encoding", "=cut", "=pod"):
            skips = command == "=begin"
        elif skips:
            continue
        elif command.startswith("=head"):
            if len(lines) > 1:
                found.append(blocks.document(lines))
            lines = [plain(blocks.joined([rest] + part[1:]))]
        elif command == "=item":
            item = plain(blocks.joined([rest] + part[1:]))
            lines.append(item if item.strip("*") else "*")
        elif command.startswith("="):
            continue
        elif blocks.indent(part[0]) > 0:
            lines += blocks.kept(part, base=4)
        elif lines and lines[-1] == "*":
            lines[-1] = "* " + plain(blocks.joined(part))
        else:
            lines.append(plain(blocks.joined(part)))
    if len(lines) > 1:
        found.append(blocks.document(lines))
    return found


def plain(text: str) -> str:
    """Text without formatting codes, which nest."""
    while True:
        replaced = CODE.sub(content, text)
        if replaced == text:
            return " ".join(text.replace("\0", "<").replace("\1", ">").split())
        text = replaced


def content(match: re.Match) -> str:
    code, inner = match[1], match[2] if match[2] is not None else CODE.sub(content, match[3])
    # What comes out must not look like a code again: brackets wait as control characters.
    inner = inner.replace("<", "\0").replace(">", "\1")
    if code in "XZ":
        return ""
    if code == "E":
        character = ENTITIES.get(inner, chr(int(inner)) if inner.isdigit() else inner)
        return {"<": "\0", ">": "\1"}.get(character, character)
    if code == "L":
        label, bar, target = inner.partition("|")
        if bar:
            return label
        page, slash, part = inner.partition("/")
        part = part.strip('"')
        return f"{part} in {page}" if page and slash else page or part
    return inner
