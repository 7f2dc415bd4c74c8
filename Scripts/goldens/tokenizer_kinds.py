"""Holds Nightjar's tokenizers of every kind against those they follow.

    python Scripts/goldens/tokenizer_kinds.py [FOLDER_OF_SHARED_DATA]
                                                                remakes the golden files
    python Scripts/goldens/tokenizer_kinds.py fuzz NIGHTJAR [N] [KIND ...]
                                                                compares N random texts a kind

Needs `pip install tokenizers sentencepiece protobuf tiktoken gguf` and a Python with the tables of Unicode
14 (3.11). Vocabularies are learnt here from text that is made here; texts are drawn from the code
points assigned in Unicode 14. NIGHTJAR is the program, called as `nightjar tokenize encode --rows`.
"""

import json
import random
import subprocess
import sys
import tempfile
import unicodedata
from pathlib import Path

# A script beside this one has the library's name, and Python looks here first.
HERE = Path(__file__).resolve().parent
sys.path = [entry for entry in sys.path if Path(entry or ".").resolve() != HERE]

import tokenizers  # noqa: E402, F401

sys.path.append(str(HERE))
from tokenizer_vocabularies import vocabularies  # noqa: E402

OUT = HERE.parents[1] / "Tests" / "Goldens" / "tokenizers" / "kinds"
assert unicodedata.unidata_version == "14.0.0", "texts are of Unicode 14: Python 3.11 has its tables"

ASSIGNED = [
    code for code in range(0x110000)
    if not 0xD800 <= code < 0xE000 and unicodedata.category(chr(code)) not in ("Cn", "Co")
]
BLOCKS = [ASSIGNED[start:start + 64] for start in range(0, len(ASSIGNED), 64)]
MARKS = [code for code in ASSIGNED if unicodedata.category(chr(code))[0] == "M"]
SPACES = [" ", "  ", "   ", "\n", "\t", "\r\n", "\u00a0", "\u3000", "\u2003", "\u2028", "\u200b", "\u200d", "\u0085", "\u2581"]
WORDS = (
    "the nightjar flies over a heath at dusk and rests by day; don't they're 1,234 birds 3.14 (half) "
    "Größe über Ziegenmelker été l'aube naïve козодой летит над поляной 夜鷹は月の下を飛ぶ ﬁne ﬂight ① ½ Ⅷ ǅ ﷺ "
    "<s> </s> <unk> <mask> [CLS] [SEP] [MASK] [PAD] <pad> <|endoftext|> `` '' ... --- :: !? don'T İstanbul ΣΑΣ"
).split()


def text(stream):
    """One text: words, spaces, code points of a few blocks, marks on anything."""
    blocks = [stream.choice(BLOCKS) for _ in range(3)]
    parts = []
    for _ in range(stream.randrange(1, 14)):
        kind = stream.randrange(10)
        if kind < 4:
            parts.append(stream.choice(WORDS))
            if stream.random() < 0.7:
                parts.append(" ")
        elif kind < 6:
            parts.append(stream.choice(SPACES))
        elif kind < 9:
            block = stream.choice(blocks)
            parts.append("".join(chr(stream.choice(block)) for _ in range(stream.randrange(1, 6))))
        else:
            parts.append(stream.choice("aeoАאक가") + "".join(chr(stream.choice(MARKS)) for _ in range(stream.randrange(1, 4))))
    return "".join(parts)


def texts(seed, count):
    stream = random.Random(seed)
    return [text(stream) for _ in range(count)]


def goldens():
    OUT.mkdir(parents=True, exist_ok=True)
    for old in OUT.iterdir():
        old.unlink()
    for kind in vocabularies(small=True):
        (OUT / kind.file).write_bytes(kind.contents)
        cases = []
        for sample in texts(kind.name, 14):
            ids = kind.encode(sample)
            case = {"text": sample, "ids": ids}
            if kind.decode:
                case["decoded"] = kind.decode(ids)
            cases.append(case)
        content = json.dumps({"file": kind.file, "cases": cases}, ensure_ascii=False, separators=(",", ":"))
        (OUT / f"{kind.name}.cases.json").write_text(content + "\n", encoding="utf-8")
        print(f"{kind.name}: {len(kind.contents)} bytes, cases {len(content.encode())}")


def character_kinds():
    """What the steps of `tokenizers` make of every assigned character, as lengths of runs.

    Runs of characters that are not of a kind and that are, in turns, over ASSIGNED.
    """
    from tokenizers import normalizers, pre_tokenizers

    cleaned = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    stripped = normalizers.BertNormalizer(clean_text=False, handle_chinese_chars=False, strip_accents=True, lowercase=False)
    accents, punctuation = normalizers.StripAccents(), pre_tokenizers.Punctuation()
    spaces, words = pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Whitespace()
    asked = {
        "space": lambda letter: len(spaces.pre_tokenize_str(f"a{letter}a")) == 2,
        "punctuation": lambda letter: len(punctuation.pre_tokenize_str(f"a{letter}a")) == 3,
        "word": lambda letter: [word for word, _ in words.pre_tokenize_str(f"a{letter}")] == [f"a{letter}"],
        "mark": lambda letter: accents.normalize_str(letter) == "",
        "nonspacingMark": lambda letter: stripped.normalize_str(letter) == "",
        "control": lambda letter: cleaned.normalize_str(letter) == "" and letter != "\ufffd",
    }

    def runs(flags):
        lengths, last = [0], False
        for flag in flags:
            if flag != last:
                lengths.append(0)
                last = flag
            lengths[-1] += 1
        return lengths

    assigned = set(ASSIGNED)
    content = {"assigned": runs(code in assigned for code in range(0x110000))}
    content |= {name: runs(is_kind(chr(code)) for code in ASSIGNED) for name, is_kind in asked.items()}
    text = json.dumps(content, separators=(",", ":"))
    (OUT.parent / "character-kinds.json").write_text(text + "\n", encoding="utf-8")
    print(f"character kinds: {len(text)} bytes")


def shared(folder):
    """Ids of a published SentencePiece vocabulary that stays where it is."""
    import sentencepiece

    path = "tokenizer/mistral/tokenizer.model.v1"
    processor = sentencepiece.SentencePieceProcessor(model_file=str(folder / path))
    cases = [{"text": sample, "ordinary": processor.encode(sample)} for sample in texts("mistral", 40)]
    text = json.dumps({"path": path, "cases": cases}, ensure_ascii=False, separators=(",", ":"))
    (OUT.parent / "shared-mistral.json").write_text(text + "\n", encoding="utf-8")
    print(f"mistral: {len(text.encode())} bytes")


def fuzz(program, count, names):
    """Prints how many texts of each kind agree, and the first that do not."""
    failed = 0
    for kind in vocabularies(small=False):
        if names and kind.name not in names:
            continue
        samples = texts(f"fuzz {kind.name}", count)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / kind.file
            path.write_bytes(kind.contents)
            rows = "".join(json.dumps({"text": sample}) + "\n" for sample in samples)
            output = subprocess.run(
                [program, "tokenize", "encode", "--tokenizer", str(path), "--rows"], input=rows.encode(),
                stdout=subprocess.PIPE, check=True).stdout
        answers = [json.loads(line)["ids"] for line in output.splitlines()]
        assert len(answers) == len(samples), f"{len(answers)} answers"
        wrong = 0
        for sample, ids in zip(samples, answers):
            expected = kind.encode(sample)
            if ids != expected:
                wrong += 1
                if wrong <= 3:
                    print(f"  {ascii(sample)}\n    expected {expected}\n    got      {ids}")
        failed += wrong
        print(f"{kind.name}: {count - wrong} of {count} texts agree", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    if len(sys.argv) > 2 and sys.argv[1] == "fuzz":
        fuzz(sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 2000, sys.argv[4:])
    else:
        goldens()
        character_kinds()
        if len(sys.argv) > 1:
            shared(Path(sys.argv[1]))
