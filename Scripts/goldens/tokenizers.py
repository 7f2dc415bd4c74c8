"""Makes the tokenizer goldens with Hugging Face's `tokenizers`.

    python Scripts/goldens/tokenizers.py [FOLDER_OF_SHARED_DATA]

Each golden holds a small tokenizer.json, texts, and what the reference makes of them. With the
folder of shared data it also records ids for the vocabularies there, which are not copied.
"""

import json
import random
import sys
from pathlib import Path

# This file has the library's name, and Python looks beside it first.
sys.path = [entry for entry in sys.path if Path(entry or ".").resolve() != Path(__file__).resolve().parent]

from tokenizers import (  # noqa: E402
    AddedToken,
    Regex,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)

OUT = Path(__file__).resolve().parents[2] / "Tests" / "Goldens" / "tokenizers"

PROSE = [
    "The nightjar flies when the moon is up. It rests on open ground by day, and nobody sees it.",
    "We'll train the model, then we've trained it; it's done, isn't it? I'd say they're right.",
    "In 2024 the station counted 1,234 birds, 17 of them nightjars; in 2025 it counted 98765.",
    "A small model learns the shape of words first: the, and, of, to, in. Meaning comes later.",
    "Der Ziegenmelker fliegt über die Heide, während der Mond scheint. Größe: 28 Zentimeter.",
    "L'engoulevent d'Europe chasse à l'aube; été comme hiver, on ne l'entend guère.",
    "Козодой летит над поляной, когда светит луна. Ночью тихо.",
    "夜鷹は月の下を飛ぶ。静かな夜です。",
    "def train(steps):\n    for step in range(steps):\n        loss = model(batch[step])\n\treturn loss\n",
    "Tabs\tand   several   spaces,\n\n\nblank lines\r\nand trailing space   \n",
]

PIECES = [
    "", " ", "  ", "   ", "\n", "\n\n", " \n", "\n ", "\t\t", "\r\n", "a", " a", "a ", "  a", "a  b",
    "Hello world", " Hello, world!", "hello   world  ", "It's, they'll, we've I'm he'd you're 'tis 'S 'LL",
    "x'sy 'rebel 'vest 'lla ''s '", "don't can't won't DON'T", "3.14159 and 1,000,000 and 42nd 0x1F",
    "\u0661\u0662\u0663 \u00bd \u2167 \u00b2", "caf\u00e9 cafe\u0301 na\u00efve \u00c5 A\u030a \u212b", "\u00df \u017f \u0130 \u01c5",
    "Привет, мир! Козодой", "夜鷹は月の下を飛ぶ 1月2日", "한국어 문장입니다", "שלום עולם", "مرحبا بالعالم", "हिन्दी में",
    "ไทย ภาษา", "\U0001F989\U0001F319 owl+moon \U0001F468\u200d\U0001F469\u200d\U0001F467 \U0001F1E9\U0001F1EA",
    "a\u00a0b\u2003c\u3000d\u0085e\u200bf\u180eg\ufeffh", "\u2028\u2029x", " \u00a0 x", "\u00a0\u00a0x \n\n x",
    "\x00\x01\x7f nul\x00inside", "a" * 40, "ab" * 33, "\u00e9" * 30, " " * 33, "\n" * 17 + "x", "!?!?... --- ===> <= ::",
    "snake_case camelCase kebab-case a.b.c a/b\\c", "for (int i = 0; i < 10; ++i) { x[i] = '\\n'; }",
    "e-mail: someone@example.org, https://example.org/a?b=c#d", "$100 100% #1 @you ~5 `code` \"quoted\" 'single'",
    "<|endoftext|>", "one<|endoftext|>two <|endoftext|> three<|endoftext|><|endoftext|>", "<|endoftext", "|endoftext|>",
    "<|pad|> x <|pad|>", "<s> a </s> <unk> b", "\u2581 low \u2581\u2581 line_", "x\u2581y", "\ud7ff\ue000\uffff\U0010ffff",
    "The nightjar flies over the heath while the moon is shining and the model is training.",
]


def cases(tokenizer, texts):
    """What the reference says of every text, special tokens matched and as plain text."""
    result = []
    for text in texts:
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        tokenizer.encode_special_tokens = True
        ordinary = tokenizer.encode(text, add_special_tokens=False).ids
        tokenizer.encode_special_tokens = False
        case = {"text": text, "ids": ids}
        if ordinary != ids:
            case["ordinary"] = ordinary
        case["decoded"] = tokenizer.decode(ids, skip_special_tokens=False)
        skipped = tokenizer.decode(ids, skip_special_tokens=True)
        if skipped != case["decoded"]:
            case["skipped"] = skipped
        result.append(case)
    return result


def write(name, content):
    OUT.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    (OUT / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    print(f"{name}: {len(text.encode())} bytes")


def write_tokenizer(name, tokenizer, texts):
    content = {"tokenizer": tokenizer.to_str(), "cases": cases(tokenizer, texts)}
    write(name, content)


def random_texts(seed, count, alphabet, length):
    stream = random.Random(seed)
    return ["".join(stream.choice(alphabet) for _ in range(stream.randrange(length))) for _ in range(count)]


def byte_level(texts, size, specials, minimum=0):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size, min_frequency=minimum, special_tokens=specials, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def training():
    """What the reference trainer learns: sorted vocabulary and merges."""
    runs = []
    settings = [
        (PROSE, 600, 0), (PROSE, 420, 3), (PROSE * 3, 4000, 4), ([], 300, 0), (["aaaa aaaaaaaa aaa aa"], 300, 0),
        (random_texts(1, 60, "ab ", 60), 330, 0), (random_texts(2, 40, "abc  ", 90), 360, 0),
        (random_texts(3, 40, "ab", 40), 340, 2), (random_texts(4, 60, "aab '\nsé", 60), 380, 0),
    ]
    for texts, size, minimum in settings:
        specials = ["<|endoftext|>", "<|pad|>"]
        model = json.loads(byte_level(texts, size, specials, minimum).to_str())["model"]
        learnt = sorted(model["vocab"].items(), key=lambda item: item[1])
        assert [id for _, id in learnt] == list(range(len(learnt)))
        runs.append({
            "texts": texts, "vocabulary_size": size, "minimum_frequency": minimum, "special_tokens": specials,
            "learnt": [token for token, _ in learnt[258:]],
            "merges": [" ".join(pair) for pair in model["merges"]],
        })
    write("training", {"runs": runs})


def special_tokens():
    """Added tokens of every kind, on a byte-level vocabulary with composition.

    One with an accent has a space too: the reference's decoder would take the accented letter for
    the spelling of a byte, where Nightjar keeps the literal.
    """
    tokenizer = byte_level(PROSE, 330, ["<|endoftext|>", "<|pad|>"])
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.add_special_tokens([
        AddedToken("<mask>", lstrip=True), AddedToken("<sep>", rstrip=True), AddedToken("<both>", lstrip=True, rstrip=True),
        AddedToken("<|end", normalized=False), AddedToken("<word>", single_word=True),
    ])
    tokenizer.add_tokens([
        AddedToken("night", single_word=True), AddedToken("moonlight"), AddedToken("moon"), AddedToken("e\u0301t ", normalized=True),
        AddedToken("    ", normalized=True), AddedToken("\n\n", normalized=False),
    ])
    texts = PIECES + [
        "a <mask> b  <mask>\n\n<mask>", "a <sep>  b<sep>\n c", "x  <both>   <both> y", "<|endoftext|> <|endo <|end", "night nightjar night, _night night_ \u00e9night night1 night",
        "moonlight moonligh moonmoon", "\u00e9t e\u0301t \u00e9te", "x        y     z    ", "a\n\n\nb\n\n\n\nc", "<word> a<word> <word>b", "<mask><sep><both>",
        " <sep>    x", "<sep> \n\n x", "\u00a0<mask>\u2003<sep>\u3000x",
    ]
    write_tokenizer("added-tokens", tokenizer, texts)


def split_patterns():
    """The regular expression of newer byte-level models, whole words before merges, and digits."""
    tokenizer = byte_level(PROSE, 420, ["<|endoftext|>"])
    # A whole word that no merge reaches shows what `ignore_merges` does.
    content = json.loads(tokenizer.to_str())
    content["model"]["vocab"]["Ġtraining"] = len(content["model"]["vocab"])
    content["model"]["vocab"]["zzz"] = len(content["model"]["vocab"])
    content["model"]["ignore_merges"] = True
    tokenizer = Tokenizer.from_str(json.dumps(content))
    pattern = (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
        r"|\s*[\r\n]+|\s+(?!\S)|\s+")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(pattern), behavior="isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<|endoftext|> $A", special_tokens=[("<|endoftext|>", 0)])
    write_tokenizer("split-pattern", tokenizer, PIECES + ["zzz zzzz 1234567 \u017f'\u017f X'S"])

    tokenizer = byte_level(PROSE, 400, ["<|endoftext|>"])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    write_tokenizer("digits", tokenizer, PIECES)

    tokenizer = byte_level(PROSE, 400, ["<|endoftext|>"])
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    write_tokenizer("prefix-space", tokenizer, PIECES)

    behaviors = []
    for behavior in ["removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"]:
        for invert in [False, True]:
            for pattern in [Regex(r"\d|-"), Regex(r"[a-c]+"), "-", Regex(r"(?=b)")]:
                split = pre_tokenizers.Split(pattern, behavior=behavior, invert=invert)
                for text in ["the-final--countdown 12-3", "-", "", "abcabc bbb", "--a--", "a1b2"]:
                    state = json.loads(split.__getstate__())
                    behaviors.append({
                        "step": state, "text": text, "words": [word for word, _ in split.pre_tokenize_str(text)]})
    write("split-behaviors", {"cases": behaviors})


def character_vocabulary(byte_fallback, size=420):
    """A vocabulary of characters as SentencePiece would have it, with byte tokens where asked."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=byte_fallback))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    specials = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256) if byte_fallback]
    trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=specials, show_progress=False, limit_alphabet=60)
    # Words are cut before each space here, so that no token spans two of them.
    tokenizer.pre_tokenizer = pre_tokenizers.Split("▁", behavior="merged_with_next")
    tokenizer.train_from_iterator(PROSE, trainer)
    tokenizer.pre_tokenizer = None
    content = json.loads(tokenizer.to_str())
    content["added_tokens"] = content["added_tokens"][:3]
    content["pre_tokenizer"] = None
    tokenizer = Tokenizer.from_str(json.dumps(content))
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    tokenizer.decoder = decoders.Sequence([
        decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    return tokenizer


def characters():
    texts = [text for text in PIECES if len(text) < 40 or text.isascii()]
    write_tokenizer("byte-fallback", character_vocabulary(True, 480), texts)
    tokenizer = character_vocabulary(False, 200)
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.normalizer = None
    content = json.loads(tokenizer.to_str())
    for scheme in ["always", "first", "never"]:
        for split in [True, False]:
            tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme=scheme, split=split)
            tokenizer.decoder = decoders.Metaspace(prepend_scheme=scheme, split=split)
            content.setdefault("runs", []).append({
                "pre_tokenizer": json.loads(tokenizer.to_str())["pre_tokenizer"],
                "decoder": json.loads(tokenizer.to_str())["decoder"],
                "cases": cases(tokenizer, ["Hello world", " a  b ", "", "x <s> y<s>z", "\u2581 a", "\n a", "\u0416\u0416 \u0416 q"]),
            })
    runs = content.pop("runs")
    write("metaspace", {"tokenizer": json.dumps(content, ensure_ascii=False), "runs": runs})


def shared(folder):
    """Ids of our texts under vocabularies that stay where they are."""
    for name, path in [
        ("shared-olmo", "tokenizer/olmo/tokenizer.json"),
        ("shared-stories260k", "checkpoint/stories260K/converted/tokenizer.json"),
    ]:
        tokenizer = Tokenizer.from_file(str(folder / path))
        write(name, {"path": path, "cases": cases(tokenizer, PIECES + PROSE)})


def main():
    tokenizer = byte_level(PROSE, 500, ["<|endoftext|>", "<|pad|>"])
    write_tokenizer("byte-level", tokenizer, PIECES + PROSE + random_texts(5, 60, "ab '\ts1é\u3000!\n ", 40))
    training()
    special_tokens()
    split_patterns()
    characters()
    if len(sys.argv) > 1:
        shared(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
