"""Small vocabularies of every kind that Nightjar reads, learnt from text made here."""

import base64
import io
import json
import random
import tempfile
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional

import gguf
import sentencepiece
import tiktoken
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers


@dataclass
class Kind:
    """A vocabulary as a file, and the reference's way with it."""

    name: str
    file: str
    contents: bytes
    encode: Callable[[str], list]
    decode: Optional[Callable[[list], str]] = None


def corpus():
    """Sentences of words put together from syllables of several scripts."""
    stream = random.Random(14)
    syllables = [
        "night jar moon heath dusk fly rest train mod el word the and of to in is it n't 's ing ed er".split(),
        "zie gen mel ker über grö ße schön wäh rend mond".split(), "été aube chas se à l' en gou le vent".split(),
        "ко зо дой ле тит над по ля ной ночь ти хо".split(), "夜 鷹 は 月 の 下 を 飛 ぶ 静 か".split(), "한 국 어 문 장".split(),
        "हि न्दी में भा षा".split(), "ال م ر حب ا".split(), "1 2 3 10 42 99 2024 . , ! ? ; : ( ) - \" '".split(),
    ]
    sentences = []
    for _ in range(900):
        script = stream.choice(syllables[:3] * 3 + syllables)
        words = []
        for _ in range(stream.randrange(3, 12)):
            word = "".join(stream.choice(script) for _ in range(stream.randrange(1, 4)))
            words.append(word.capitalize() if stream.random() < 0.2 else word)
        sentences.append(" ".join(words) + stream.choice([".", "!", "?", "", " ..."]))
    return sentences


TEXT = corpus()


def sentence_piece(small, normalization_rule_name="nmt_nfkc", **settings):
    """The bytes of a SentencePiece model; a small one has few of the rules of `nmt_nfkc`."""
    model = io.BytesIO()
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as rules:
        if small and normalization_rule_name != "identity":
            rules.write(few_rules(folds="_cf" in normalization_rule_name))
            rules.flush()
            settings["normalization_rule_tsv"] = rules.name
        else:
            settings["normalization_rule_name"] = normalization_rule_name
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(TEXT), model_writer=model, num_threads=1, minloglevel=2, character_coverage=0.995,
            **settings)
    return model.getvalue()


def few_rules(folds):
    """Rules of several lengths, a line each: what is replaced, and what replaces it, in hexadecimal."""
    sources = [chr(code) for code in [*range(0xC0, 0xD0), 0xE9, 0xF6, 0xFC, *range(0x2460, 0x2464), *range(0xFF01, 0xFF08), 0xFB01, 0xFB02, 0xA0, 0xBD, 0x2167, 0xFDFA]]
    sources += [letter + mark for letter in "aeo" for mark in "\u0301\u0308"] + ["か\u3099", "は\u309a", "a\u0323\u0302"]
    rules = {source: unicodedata.normalize("NFKC", source) for source in sources}
    if folds:
        rules |= {chr(code): chr(code + 32) for code in range(0x41, 0x5B)}
        rules = {source: target.casefold() for source, target in rules.items()}
    rules |= {"\t": " ", "\n": " ", "\r": " ", "\u3000": " ", "\u2028": " ", "\u200b": " ", "\r\n": " ", "\x01": "", "\u0085": ""}
    spell = lambda text: " ".join(f"{ord(letter):X}" for letter in text)  # noqa: E731
    return "".join(f"{spell(source)}\t{spell(target)}\n" for source, target in rules.items() if source != target)


def character_map(contents):
    from sentencepiece import sentencepiece_model_pb2 as proto

    model = proto.ModelProto()
    model.ParseFromString(contents)
    return base64.b64encode(model.normalizer_spec.precompiled_charsmap).decode(), model


def hugging_face(name, tokenizer):
    contents = tokenizer.to_str().encode()
    return Kind(
        name, f"{name}.json", contents, lambda text: tokenizer.encode(text, add_special_tokens=False).ids,
        lambda ids: tokenizer.decode(ids, skip_special_tokens=False))


def word_piece(lowercase):
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=30))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.train_from_iterator(TEXT, trainers.WordPieceTrainer(vocab_size=300, special_tokens=specials, show_progress=False))
    tokenizer.decoder = decoders.WordPiece(cleanup=lowercase)
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return tokenizer


def unigram(small, size, byte_fallback=False):
    """A Unigram model in the words of `tokenizers`, its scores those of the library."""
    contents = sentence_piece(
        small, model_type="unigram", vocab_size=size, pad_id=3, byte_fallback=byte_fallback, hard_vocab_limit=False)
    charsmap, model = character_map(contents)
    vocabulary = [(piece.piece, piece.score) for piece in model.pieces]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=0, byte_fallback=byte_fallback))
    tokenizer.add_special_tokens(["<unk>", "<s>", "</s>", "<pad>"])
    return tokenizer, charsmap


def precompiled(charsmap):
    """The normalizer of a character map, which the library builds from bytes alone."""
    return normalizers.Precompiled(base64.b64decode(charsmap))


def unigrams(small):
    metaspace = pre_tokenizers.Metaspace()
    tokenizer, charsmap = unigram(small, 300)
    tokenizer.normalizer = normalizers.Sequence([
        precompiled(charsmap), normalizers.Strip(left=False, right=True), normalizers.Replace(Regex(" {2,}"), "▁")])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), metaspace])
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 2)])
    tokenizer.add_special_tokens([AddedToken("<extra_id_1>"), AddedToken("<mask>", lstrip=True)])
    yield hugging_face("t5", tokenizer)

    tokenizer, charsmap = unigram(small, 260)
    tokenizer.normalizer = normalizers.Sequence([
        normalizers.Replace("``", '"'), normalizers.Replace("''", '"'), normalizers.NFKD(), normalizers.StripAccents(),
        normalizers.Lowercase(), precompiled(charsmap), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="first")
    yield hugging_face("albert", tokenizer)

    tokenizer, charsmap = unigram(small, 480, byte_fallback=True)
    tokenizer.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC()])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=False)
    tokenizer.decoder = decoders.Sequence([
        decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    yield hugging_face("unigram-bytes", tokenizer)


def byte_pairs():
    specials = ["<unk>", "<s>", "</s>"]
    byte_tokens = [f"<0x{byte:02X}>" for byte in range(256)]
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Split("▁", behavior="merged_with_next")
    tokenizer.train_from_iterator(TEXT, trainers.BpeTrainer(
        vocab_size=460, special_tokens=specials + byte_tokens, show_progress=False, limit_alphabet=70))
    content = json.loads(tokenizer.to_str())
    content["added_tokens"] = content["added_tokens"][:3]
    tokenizer = Tokenizer.from_str(json.dumps(content))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", behavior="merged_with_previous")
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    tokenizer.add_tokens([AddedToken("\n\n", normalized=False), AddedToken("moon", single_word=True)])
    yield hugging_face("gemma", tokenizer)

    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.Lowercase(), normalizers.StripAccents(), normalizers.Strip()])
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.train_from_iterator(TEXT, trainers.BpeTrainer(vocab_size=260, special_tokens=specials, show_progress=False, limit_alphabet=90))
    yield hugging_face("words", tokenizer)

    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Punctuation(behavior="contiguous"), pre_tokenizers.Digits(individual_digits=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(TEXT, trainers.BpeTrainer(
        vocab_size=340, special_tokens=["<|endoftext|>"], show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    yield hugging_face("falcon", tokenizer)

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(TEXT, trainers.BpeTrainer(
        vocab_size=340, special_tokens=["<s>", "<pad>", "</s>", "<unk>"], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True)])
    tokenizer.post_processor = processors.Sequence([
        processors.ByteLevel(), processors.RobertaProcessing(("</s>", 2), ("<s>", 0))])
    yield hugging_face("roberta", tokenizer)


def sentence_pieces(small):
    def kind(name, **settings):
        contents = sentence_piece(small, **settings)
        processor = sentencepiece.SentencePieceProcessor(model_proto=contents)
        # The library never reads control pieces in text; Nightjar does, and texts hold some.
        controls = [processor.id_to_piece(id) for id in range(len(processor)) if processor.is_control(id) or processor.is_unknown(id)]

        def encode(text):
            return encode_around(processor.encode, processor.piece_to_id, controls, text)

        return Kind(name, f"{name}.model", contents, encode)

    yield kind("spm-unigram", model_type="unigram", vocab_size=280)
    yield kind(
        "spm-unigram-bytes", model_type="unigram", vocab_size=520, byte_fallback=True, hard_vocab_limit=False,
        normalization_rule_name="identity", remove_extra_whitespaces=False, user_defined_symbols=["<mask>", "飛ぶ"])
    yield kind(
        "spm-bpe", model_type="bpe", vocab_size=520, byte_fallback=True, normalization_rule_name="identity",
        remove_extra_whitespaces=False, split_digits=True)
    yield kind(
        "spm-bpe-folded", model_type="bpe", vocab_size=300, normalization_rule_name="nmt_nfkc_cf", add_dummy_prefix=False,
        user_defined_symbols=["<mask>", "::"])


def encode_around(encode, find, literals, text):
    """Encodes what stands between literals, longest first, each of which is its own token."""
    literals = sorted(literals, key=len, reverse=True)
    ids, start, index = [], 0, 0
    while index < len(text):
        found = next((literal for literal in literals if text.startswith(literal, index)), None)
        if found is None:
            index += 1
            continue
        ids += encode(text[start:index]) + [find(found)]
        index += len(found)
        start = index
    return ids + encode(text[start:])


def rank_files():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.train_from_iterator(TEXT, trainers.BpeTrainer(
        vocab_size=340, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    spelling = byte_spelling()
    vocabulary = tokenizer.get_vocab()
    ranks = {bytes(spelling[letter] for letter in token): id for token, id in vocabulary.items()}
    lines = [f"{base64.b64encode(token).decode()} {rank}" for token, rank in sorted(ranks.items(), key=lambda item: item[1])]
    contents = ("\n".join(lines) + "\n").encode()
    from tiktoken_ext import openai_public

    patterns = openai_public_patterns(openai_public)
    for name in ["r50k_base", "cl100k_base", "o200k_base"]:
        pattern, specials = patterns[name]
        encoding = tiktoken.Encoding(name, pat_str=pattern, mergeable_ranks=ranks, special_tokens=specials)
        yield Kind(
            name, f"{name}-first-{len(ranks)}.tiktoken", contents, lambda text, encoding=encoding: encoding.encode(text, allowed_special="all"),
            lambda ids, encoding=encoding: encoding.decode(ids))


def openai_public_patterns(module):
    """The patterns and special tokens of the encodings, without fetching their ranks."""
    module.load_tiktoken_bpe = lambda *arguments, **settings: {}
    made = {name: getattr(module, name)() for name in ["r50k_base", "cl100k_base", "o200k_base"]}
    return {name: (encoding["pat_str"], encoding["special_tokens"]) for name, encoding in made.items()}


def byte_spelling():
    """The byte that each letter of a byte-level vocabulary spells."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {chr(256 + index): byte for index, byte in enumerate(others)}


def gguf_file(name, fill):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.gguf"
        writer = gguf.GGUFWriter(path, "llama")
        fill(writer)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.close()
        return path.read_bytes()


def gguf_files(kinds):
    """The vocabularies of other files once more, as llama.cpp's converter writes them."""
    from sentencepiece import sentencepiece_model_pb2 as proto

    source = kinds["spm-bpe"]
    model = proto.ModelProto()
    model.ParseFromString(source.contents)

    def llama(writer):
        writer.add_tokenizer_model("llama")
        writer.add_tokenizer_pre("default")
        writer.add_token_list([piece.piece for piece in model.pieces])
        writer.add_token_scores([piece.score for piece in model.pieces])
        writer.add_token_types([piece.type for piece in model.pieces])
        writer.add_bos_token_id(1)
        writer.add_eos_token_id(2)
        writer.add_unk_token_id(0)

    yield Kind("gguf-llama", "gguf-llama.gguf", gguf_file("llama", llama), source.encode)

    source = kinds["smollm"]
    content = json.loads(source.contents)["model"]

    def gpt2(writer):
        tokens = sorted(content["vocab"], key=content["vocab"].get)
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre("smollm")
        writer.add_token_list(tokens)
        writer.add_token_types([3 if token == "<|endoftext|>" else 1 for token in tokens])
        writer.add_token_merges([" ".join(pair) for pair in content["merges"]])
        writer.add_eos_token_id(0)

    yield Kind("gguf-smollm", "gguf-smollm.gguf", gguf_file("gpt2", gpt2), source.encode, source.decode)

    source = kinds["bert-uncased"]
    vocabulary = json.loads(source.contents)["model"]["vocab"]

    def bert(writer):
        tokens = sorted(vocabulary, key=vocabulary.get)
        writer.add_tokenizer_model("bert")
        writer.add_tokenizer_pre("default")
        writer.add_token_list([
            token if id < 5 else token[2:] if token.startswith("##") else "▁" + token for id, token in enumerate(tokens)])
        writer.add_token_types([3 if id < 5 else 1 for id in range(len(tokens))])
        writer.add_unk_token_id(1)
        writer.add_uint32("tokenizer.ggml.cls_token_id", 2)
        writer.add_uint32("tokenizer.ggml.seperator_token_id", 3)
        writer.add_pad_token_id(0)

    # llama.cpp has no limit of its own to a word's length; its words here are short.
    tokenizer = Tokenizer.from_str(source.contents.decode())
    tokenizer.model.max_input_chars_per_word = 100
    yield Kind(
        "gguf-bert", "gguf-bert.gguf", gguf_file("bert", bert),
        lambda text: tokenizer.encode(text, add_special_tokens=False).ids, source.decode)


def smollm():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(TEXT, trainers.BpeTrainer(
        vocab_size=340, special_tokens=["<|endoftext|>"], show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    return hugging_face("smollm", tokenizer)


def vocabularies(small):
    """Every kind; small ones for files to keep, else with the rules that published models have."""
    kinds = {}
    for kind in [
        hugging_face("bert-uncased", word_piece(True)), hugging_face("bert-cased", word_piece(False)), *unigrams(small),
        *byte_pairs(), smollm(), *sentence_pieces(small), *rank_files(),
    ]:
        kinds[kind.name] = kind
    for kind in gguf_files(kinds):
        kinds[kind.name] = kind
    return list(kinds.values())
