#!/usr/bin/env python3
"""Exports models to GGUF and compares the files with the `gguf` package of llama.cpp.

    pip install gguf numpy safetensors
    python3 Scripts/peers/compare_gguf.py                 every kind of Tests/Goldens/architectures
    python3 Scripts/peers/compare_gguf.py MODEL           a model folder

For each of f32, f16 and q8_0: the names are those that the package has for the model's tensors, the
shapes are the source's, and the numbers are, bit for bit, what the package makes of the source's;
where llama.cpp keeps rows of queries and keys in another order, or adds one to norms, so does this
script. Kinds of models that Nightjar refuses are listed. The vocabulary is compared with
tokenizer.json.

Where llama-cpp-python is installed, llama.cpp opens the f32 file, and its token ids of some texts,
its logits of 24 ids (norm(a - b) / norm(b), at most 1e-5; 1e-3 for Gemma, whose GELU llama.cpp
reads from a table of f16) and its greedy text are compared too. Where the file says that its
context is a window of few tokens, so many are compared.
"""

import importlib.util
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import gguf
import numpy as np
from safetensors.numpy import load_file, save_file

ROOT = Path(__file__).resolve().parents[2]
NIGHTJAR = ROOT / ".build/release/nightjar"
ARCHITECTURES = {
    "llama": gguf.MODEL_ARCH.LLAMA, "qwen2": gguf.MODEL_ARCH.QWEN2, "qwen3": gguf.MODEL_ARCH.QWEN3,
    "smollm3": gguf.MODEL_ARCH.SMOLLM3, "olmo2": gguf.MODEL_ARCH.OLMO2,
    "gemma2": gguf.MODEL_ARCH.GEMMA2, "gemma3": gguf.MODEL_ARCH.GEMMA3, "phi3": gguf.MODEL_ARCH.PHI3,
}
TYPES = {"f16": gguf.GGMLQuantizationType.F16, "q8_0": gguf.GGMLQuantizationType.Q8_0}


def run(*words):
    return subprocess.run([NIGHTJAR, *map(str, words)], capture_output=True, text=True)


def make(golden, folder):
    """A folder of a golden model's kind, with random weights and the byte tokenizer."""
    keys = json.loads((golden / "config.json").read_text())
    bytes_ = (golden / "model.safetensors").read_bytes()
    header = json.loads(bytes_[8:8 + int.from_bytes(bytes_[:8], "little")])
    header.pop("__metadata__", None)
    rng = np.random.default_rng(3)
    old, wide = keys["vocab_size"], 258
    weights = {}
    for name, entry in header.items():
        shape = [wide if size == old else size for size in entry["shape"]]
        weights[name] = rng.normal(0, 0.5, shape).astype(np.float32)
    keys["vocab_size"] = wide
    for key in ("bos_token_id", "eos_token_id", "pad_token_id"):
        keys.pop(key, None)
    # What llama.cpp computes in one way only is set to that.
    if keys["model_type"] == "gemma2":
        keys["query_pre_attn_scalar"] = keys["head_dim"]
    if keys["model_type"] == "gemma3_text":
        keys["layer_types"] = ["sliding_attention"] * keys["num_hidden_layers"]
        keys["rope_local_base_freq"] = 10000.0
        keys.pop("rope_parameters", None)
    if golden.name == "smollm3":
        keys["no_rope_layers"] = [int((n + 1) % 4 != 0) for n in range(keys["num_hidden_layers"])]
    if (keys.get("rope_parameters") or {}).get("rope_type") == "longrope":
        # The least context of llama.cpp, up to which positions are not stretched.
        keys["original_max_position_embeddings"] = 256
        keys["rope_parameters"]["original_max_position_embeddings"] = 256
        keys["max_position_embeddings"] = 512
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(keys))
    save_file(weights, folder / "model.safetensors")
    # The byte tokenizer, as Nightjar writes it.
    alphabet = [*range(33, 127), *range(161, 173), *range(174, 256)]
    spelling = {byte: chr(byte) for byte in alphabet}
    others = [byte for byte in range(256) if byte not in spelling]
    spelling.update({byte: chr(256 + n) for n, byte in enumerate(others)})
    vocabulary = {spelling[byte]: byte for byte in range(256)}
    special = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
               "special": True}
    step = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": True}
    (folder / "tokenizer.json").write_text(json.dumps({
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [{"id": 256, "content": "<|endoftext|>", **special},
                         {"id": 257, "content": "<|pad|>", **special}],
        "normalizer": None, "pre_tokenizer": step, "post_processor": None, "decoder": step,
        "model": {"type": "BPE", "vocab": vocabulary, "merges": []}}))


def expected(name, values, keys, architecture):
    heads, groups = keys["num_attention_heads"], keys.get("num_key_value_heads")
    if architecture in ("gemma2", "gemma3") and name.endswith("norm.weight"):
        return values + np.float32(1)
    for part, count in (("q_proj", heads), ("k_proj", groups or heads)):
        if architecture in ("llama", "smollm3") and f".{part}." in name:
            halves = values.reshape(count, 2, values.shape[0] // count // 2, *values.shape[1:])
            return halves.swapaxes(1, 2).reshape(values.shape)
    return values


TEXTS = ["Once upon a time", "naïve café 東京 🙂\nnext  line", " 3.14 it's", "\t tabs\r\n"]


def in_llama(folder, file, scratch):
    """What llama.cpp makes of the file, in words; fails where it is something else."""
    from llama_cpp import Llama
    # Keys and values in f32, or they alone would differ by a thousandth.
    model = Llama(str(file), n_ctx=128, logits_all=True, type_k=0, type_v=0, verbose=False)
    for text in TEXTS:
        done = subprocess.run(
            [NIGHTJAR, "tokenize", "encode", "--tokenizer", folder, "--json"],
            input=text.encode(), capture_output=True, check=True)
        ours = json.loads(done.stdout)["ids"]
        theirs = model.tokenize(text.encode(), add_bos=False, special=False)
        assert ours == theirs, f"{text!r}: ids {ours} here, {theirs} there"
    keys = json.loads((folder / "config.json").read_text())
    context = model._model.n_ctx_train()
    ids = [(7 + 31 * i) % model.n_vocab() for i in range(min(24, context))]
    out = scratch / "logits.safetensors"
    assert run("logits", folder, "--ids", ",".join(map(str, ids)), "--out", out).returncode == 0
    ours = load_file(out)["logits"].astype(np.float64)
    model.eval(ids)
    theirs = np.array(model.scores[:len(ids)], dtype=np.float64)
    error = np.linalg.norm(ours - theirs) / np.linalg.norm(theirs)
    bound = 1e-3 if keys["model_type"].startswith("gemma") else 1e-5
    assert error <= bound, f"the logits differ by {error:.1e}"
    told = f"; llama.cpp: ids equal, logits of {len(ids)} ids within {error:.0e}"
    if context < 64:
        return told
    done = run("generate", folder, "--prompt", TEXTS[0], "--greedy", "--max-new", 24,
               "--precision", "f32", "--json")
    ours = json.loads(done.stdout)
    model.reset()
    made = []
    for token in model.generate(ours["prompt_ids"], temp=0.0, repeat_penalty=1.0):
        made.append(token)
        if token == model.token_eos() or len(made) == 24:
            break
    assert made == ours["ids"], f"greedy: {ours['ids']} here, {made} there"
    return told + ", greedy text equal"


def compare(folder):
    opened = ""
    keys = json.loads((folder / "config.json").read_text())
    source = {}
    for file in sorted(folder.glob("model*.safetensors")):
        source.update(load_file(file))
    source.pop("lm_head.weight", None) if keys.get("tie_word_embeddings") else None
    for dtype in ("f32", "f16", "q8_0"):
        with tempfile.TemporaryDirectory() as scratch:
            out = Path(scratch) / "out"
            done = run("export", folder, "--to", out, "--format", "gguf", "--dtype", dtype)
            if done.returncode != 0:
                return f"refused: {done.stderr.strip()}"
            reader = gguf.GGUFReader(out / "model.gguf")
            architecture = reader.get_field("general.architecture").contents()
            names = gguf.get_tensor_name_map(
                ARCHITECTURES[architecture], keys["num_hidden_layers"])
            tensors = {tensor.name: tensor for tensor in reader.tensors}
            for name, values in source.items():
                known = names.get_name(name, try_suffixes=(".weight", ".bias"))
                assert known in tensors, f"{name} is {known} to the package"
                tensor = tensors.pop(known)
                values = expected(name, values.astype(np.float32), keys, architecture)
                assert [int(n) for n in reversed(tensor.shape)] == list(values.shape), name
                kind = TYPES.get(dtype, gguf.GGMLQuantizationType.F32)
                if values.ndim == 1:
                    kind = gguf.GGMLQuantizationType.F32
                elif kind == gguf.GGMLQuantizationType.Q8_0 and values.shape[-1] % 32:
                    kind = gguf.GGMLQuantizationType.F16
                assert tensor.tensor_type == kind, (name, tensor.tensor_type)
                wanted = gguf.quants.quantize(values, kind)
                assert wanted.tobytes() == tensor.data.tobytes(), f"{name}: other numbers"
                back = gguf.quants.dequantize(tensor.data, kind)
                bound = np.abs(values).max() / (1 if kind.value == 8 else 8) / 200 + 1e-7
                assert np.abs(back.reshape(values.shape) - values).max() <= bound, name
            left = sorted(tensors)
            if dtype == "f32" and importlib.util.find_spec("llama_cpp"):
                opened = in_llama(folder, out / "model.gguf", Path(scratch))
    tokens = reader.get_field("tokenizer.ggml.tokens").contents()
    file = json.loads((folder / "tokenizer.json").read_text())
    for text, number in file["model"]["vocab"].items():
        assert tokens[number] == text, (number, text)
    for token in file["added_tokens"]:
        assert tokens[token["id"]] == token["content"], token
    return f"equal as f32, f16, q8_0; {len(source)} tensors" + (
        f", beside them {', '.join(left)}" if left else "") + opened


def main():
    if len(sys.argv) > 1:
        print(compare(Path(sys.argv[1])))
        return
    failed = []
    for golden in sorted((ROOT / "Tests/Goldens/architectures").iterdir()):
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / "model"
            make(golden, folder)
            try:
                print(f"{golden.name}: {compare(folder)}", flush=True)
            except AssertionError as error:
                failed.append(golden.name)
                print(f"{golden.name}: DIFFERS: {error}", flush=True)
    sys.exit(1 if failed else 0)


main()
