"""The category `licences`: free licences, a few paragraphs to a document."""

import blocks
import packages

PACKAGES = ["base-files"]

# One of each family: versions of a licence repeat each other, and would stand on both sides of
# the line between training and validation.
NAMES = ["Apache-2.0", "Artistic", "BSD", "CC0-1.0", "GFDL-1.3", "GPL-3", "LGPL-2.1", "MPL-2.0"]
ENOUGH = 600


def texts(found: packages.Packages):
    for name in NAMES:
        data = found["base-files"].matching(f"usr/share/common-licenses/{name}")[0][1]
        documents: list[list[str]] = [[]]
        for part in blocks.paragraphs(blocks.text_of(data)):
            if sum(map(len, documents[-1])) > ENOUGH:
                documents.append([])
            documents[-1].append(blocks.joined(part))
        yield name.lower(), [blocks.document(part) for part in documents if part]
