"""Builds a corpus of free text in categories from Debian packages.

    python3 Scripts/corpus OUT

The packages are downloaded and read, not installed: nothing changes on the machine outside OUT.

    OUT/<category>/*.txt   plain text; a blank line ends a document
    OUT/copyright/         each package's own copyright file
    OUT/SOURCES.md         packages, versions, bytes
    OUT/catalog.json       the categories as a catalog for replay, in shares of their bytes

The same package versions give the same bytes. Needs apt-get, dpkg-deb and Python 3.9 or newer;
exit code 2 says what is missing, 3 that the machine or the network failed.
"""

import json
import pathlib
import shutil
import sys
import tempfile

import dictionaries
import fortunes
import handbooks
import licences
import manuals
import packages
import scripture

CATEGORIES = {
    "dictionary": dictionaries,
    "manuals": manuals,
    "scripture": scripture,
    "handbooks": handbooks,
    "fortunes": fortunes,
    "licences": licences,
}


def main() -> None:
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        raise SystemExit(__doc__.strip())
    out = pathlib.Path(sys.argv[1])
    if (out / "SOURCES.md").exists():
        print(f"{out} holds a corpus already; remove it to build it again.")
        return
    if out.exists() and any(out.iterdir()):
        raise packages.Mistake(f"{out} is not empty and is not a corpus; name another folder.")
    # Built aside and renamed, so that a corpus is whole or not there.
    aside = out.with_name(out.name + ".part")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="nightjar-corpus-") as scratch:
        names = [name for category in CATEGORIES.values() for name in category.PACKAGES]
        found = packages.download(names, pathlib.Path(scratch))
        totals = {name: write(name, aside, found) for name in CATEGORIES}
        describe(aside, found, totals)
        catalogue(aside, found, totals)
    if out.exists():
        out.rmdir()
    aside.rename(out)
    whole = sum(size for _, size in totals.values())
    print(f"{out}: {whole / 1e6:.1f} MB of text in {len(totals)} categories; see SOURCES.md")


def write(name: str, aside: pathlib.Path, found: packages.Packages) -> tuple[int, int]:
    """Writes a category; answers its documents and bytes."""
    folder = aside / name
    folder.mkdir()
    count = size = 0
    for stem, documents in CATEGORIES[name].texts(found):
        data = "\n\n".join(documents).encode() + b"\n"
        (folder / f"{stem}.txt").write_bytes(data)
        count += len(documents)
        size += len(data)
    print(f"  {name:<12}{count:>8,} documents {size / 1e6:>7.2f} MB", flush=True)
    return count, size


def describe(
    aside: pathlib.Path, found: packages.Packages, totals: dict[str, tuple[int, int]]
) -> None:
    (aside / "copyright").mkdir()
    lines = ["# Sources", "", "| category | documents | bytes |", "|---|---|---|"]
    lines += [f"| {name} | {count} | {size} |" for name, (count, size) in totals.items()]
    lines += ["", "| package | version | licence |", "|---|---|---|"]
    for name in found.names:
        package = found[name]
        (aside / "copyright" / name).write_bytes(package.copyright)
        lines.append(f"| {name} | {package.version} | copyright/{name} |")
    (aside / "SOURCES.md").write_text("\n".join(lines) + "\n")


def catalogue(
    aside: pathlib.Path, found: packages.Packages, totals: dict[str, tuple[int, int]]
) -> None:
    """Writes catalog.json, which `nj.data.mix { replay = { catalog = OUT } }` reads."""
    whole = sum(size for _, size in totals.values())
    categories = {
        name: {
            "path": name,
            "split": "blank_line",
            "percent": round(100 * size / whole, 2),
            "licence": ", ".join(
                f"copyright/{package}" for package in CATEGORIES[name].PACKAGES
            ),
            "description": CATEGORIES[name].__doc__.split(": ", 1)[1].splitlines()[0].rstrip("."),
        }
        for name, (_, size) in totals.items()
    }
    # Rounding leaves a hundredth or two over.
    largest = max(categories, key=lambda name: categories[name]["percent"])
    rest = 100 - sum(entry["percent"] for entry in categories.values())
    categories[largest]["percent"] = round(categories[largest]["percent"] + rest, 2)
    root = {
        "name": "starter",
        "description": "Free text that Debian carries",
        "categories": categories,
    }
    (aside / "catalog.json").write_text(json.dumps(root, indent=2) + "\n")


if __name__ == "__main__":
    try:
        main()
    except packages.Mistake as mistake:
        print(f"error: {mistake}", file=sys.stderr)
        sys.exit(2)
    except (packages.Failure, OSError) as failure:
        print(f"error: {failure}", file=sys.stderr)
        sys.exit(3)
