#!/usr/bin/env python3
"""Takes a model the whole way: import, every method, merge, export, chat, and other programs' eyes.

    pip install torch transformers safetensors peft llama-cpp-python
    python3 Scripts/peers/journey.py [MODEL] [--work FOLDER] [--steps N]

MODEL is a small Llama-like folder (../shared/data/checkpoint/stories260K/converted). It is imported,
writes the stories that it is then trained on, and is trained by each method from there: lm, sft,
LoRA, DoRA over int8, and distillation into a student of half its width. Every result is exported
(adapters merged first) and opened

  - in transformers: the logits of fixed ids, as norm(a - b) / norm(b) in f32, at most 1e-5, and the
    greedy text;
  - for adapters, in peft over the base: the same figure;
  - in llama.cpp, as f32, f16 and q8_0: the token ids of some texts, and the greedy text. Rounded
    weights may turn elsewhere where two tokens are about as likely; how far they go along is shown.

Prints one row a method and fails where something differs. Programs that are not installed are said
to be missing, and their columns stay empty.
"""

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging

ROOT = Path(__file__).resolve().parents[2]
NIGHTJAR = ROOT / ".build/release/nightjar"
PROMPT = "Once upon a time"
LENGTH = 48
TEXTS = [PROMPT, "Lily said: \"Hello, Tom!\"  Two spaces.", "naïve café 東京 🙂\nnext line", " a"]
TEMPLATE = """\
{%- for message in messages -%}
{%- if message.role == 'user' -%}{{ 'Q: ' + message.content + '\\n' }}
{%- else -%}{{ 'A:' }}{% generation %}{{ ' ' + message.content + eos_token }}{% endgeneration %}
{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}{{ 'A:' }}{%- endif -%}
"""


def nightjar(*words, **options):
    done = subprocess.run(
        [NIGHTJAR, *map(str, words)], capture_output=True, text=True, **options)
    if done.returncode != 0:
        sys.exit(f"nightjar {' '.join(map(str, words))}\n{done.stderr}")
    return done.stdout


def recipes(base, work, steps):
    """The recipe of each method, by name."""
    start = f'model = {{ from = "{base}" }},'
    def adapter(keys):
        return f'model = {{ from = "{base}", lora = nj.lora {{ {keys} }} }},'
    texts = f'data = nj.data.jsonl {{ path = "{work}/stories.jsonl" }},'
    chats = (f'method = "sft", chat_template = "{work}/chat.jinja", '
             f'data = nj.data.chat {{ path = "{work}/chats.jsonl", validation = 0.1 }},')
    student = json.loads((base / "config.json").read_text())
    new = ("model = nj.model.init { hidden_size = %d, intermediate_size = %d, "
           "num_hidden_layers = 2, num_attention_heads = 4, max_position_embeddings = %d, "
           "tie_word_embeddings = true }, tokenizer = \"%s\"," % (
               student["hidden_size"] // 2, student["intermediate_size"] // 2,
               student["max_position_embeddings"], base))
    bodies = {
        "lm": start + texts,
        "sft": start + chats,
        "lora": adapter("rank = 8, alpha = 16") + chats,
        "dora-int8": adapter("rank = 4, dora = true, base = \"int8\"") + chats,
        "distill": new + f'method = "distill", teacher = {{ from = "{base}" }},' + texts,
    }
    return {
        name: f"""
            local nj = require "nightjar"
            return nj.recipe {{
              name = "{name}", seed = 3, steps = {steps}, sequence_length = 128,
              batch = {{ size = 8 }}, precision = "f32", out = "{work}/runs/{name}",
              optimizer = nj.optim.adamw {{ lr = 1e-3 }}, {body}
            }}"""
        for name, body in bodies.items()
    }


def logits_of(folder, ids, scratch, *words):
    out = f"{scratch}/logits.safetensors"
    nightjar("logits", folder, "--ids", ",".join(map(str, ids)), "--out", out, *words)
    return load_file(out)["logits"].double()


def relative(ours, theirs):
    return ((ours - theirs).norm() / theirs.norm()).item()


def in_transformers(folder, scratch):
    """The logits' error, and whether the greedy texts are equal."""
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    ids = [(7 + 31 * i) % model.config.vocab_size for i in range(64)]
    with torch.no_grad():
        theirs = model(torch.tensor([ids])).logits[0].double()
    error = relative(logits_of(folder, ids, scratch), theirs)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    given = tokenizer(PROMPT, return_tensors="pt")
    with torch.no_grad():
        made = model.generate(
            given["input_ids"], attention_mask=given["attention_mask"], do_sample=False,
            max_new_tokens=LENGTH, pad_token_id=0)
    made = made[0, given["input_ids"].shape[1]:].tolist()
    return error, made == greedy(folder)["ids"]


def greedy(folder):
    text = nightjar("generate", folder, "--prompt", PROMPT, "--greedy", "--max-new", LENGTH,
                    "--precision", "f32", "--json")
    return json.loads(text)


def in_peft(run, base, scratch):
    """The error of the logits of an adapter beside its base."""
    from peft import PeftModel
    folder = Path(scratch) / "adapter"
    nightjar("export", run, "--to", folder, "--format", "hf")
    whole = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    model = PeftModel.from_pretrained(whole, folder).eval()
    ids = [(5 + 17 * i) % whole.config.vocab_size for i in range(64)]
    with torch.no_grad():
        theirs = model(torch.tensor([ids])).logits[0].double()
    return relative(logits_of(run, ids, scratch), theirs)


def in_llama(folder, scratch, kind):
    """Whether the token ids are equal, and how many tokens of the greedy text are."""
    from llama_cpp import Llama
    out = Path(scratch) / f"gguf-{kind}"
    nightjar("export", folder, "--to", out, "--format", "gguf", "--dtype", kind)
    model = Llama(str(out / "model.gguf"), n_ctx=256, verbose=False)
    same = True
    for text in TEXTS:
        ours = json.loads(nightjar("tokenize", "encode", "--tokenizer", folder, "--json",
                                   input=text))["ids"]
        theirs = model.tokenize(text.encode(), add_bos=False, special=False)
        same = same and ours == theirs
    ours = greedy(folder)
    made = []
    for token in model.generate(ours["prompt_ids"], temp=0.0, repeat_penalty=1.0):
        made.append(token)
        if token == model.token_eos() or len(made) == LENGTH:
            break
    alike = next((i for i, (a, b) in enumerate(zip(made, ours["ids"])) if a != b),
                 min(len(made), len(ours["ids"])))
    return same, alike, len(ours["ids"])


def main():
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    warnings.filterwarnings("ignore", category=FutureWarning)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    standard = ROOT.parent / "shared/data/checkpoint/stories260K/converted"
    parser.add_argument("model", nargs="?", type=Path, default=standard)
    parser.add_argument("--work", type=Path, default=None, help="kept where given")
    parser.add_argument("--steps", type=int, default=40)
    given = parser.parse_args()
    base = given.model.resolve()
    has = {name: importlib.util.find_spec(name) is not None for name in ("peft", "llama_cpp")}
    for name, there in has.items():
        if not there:
            print(f"{name} is not installed; its columns stay empty")

    with tempfile.TemporaryDirectory() as scratch:
        work = (given.work or Path(scratch)).resolve()
        work.mkdir(parents=True, exist_ok=True)
        print(nightjar("import", base))
        samples = nightjar("generate", base, "--prompt", PROMPT, "--samples", 48, "--max-new", 160,
                           "--temperature", 0.8, "--json").splitlines()
        stories = [PROMPT + json.loads(line)["text"] for line in samples]
        (work / "stories.jsonl").write_text(
            "".join(json.dumps({"text": story}) + "\n" for story in stories))
        (work / "chat.jinja").write_text(TEMPLATE)
        (work / "chats.jsonl").write_text("".join(
            json.dumps({"messages": [
                {"role": "user", "content": "Who is in the story?"},
                {"role": "assistant", "content": story[:60].strip()}]}) + "\n"
            for story in stories))

        results = {"base": base}
        adapters = set()
        for name, text in recipes(base, work, given.steps).items():
            recipe = work / f"{name}.lua"
            recipe.write_text(text)
            nightjar("train", recipe)
            run = work / "runs" / name
            results[name] = work / f"exported-{name}"
            if "lora" in text:
                adapters.add(name)
                nightjar("merge", run, "--to", results[name], "--dtype", "f32")
            else:
                nightjar("export", run, "--to", results[name], "--format", "hf", "--dtype", "f32")
        talk = nightjar("chat", results["sft"], "--greedy", "--max-new", 24,
                        input="Who is in the story?\nAnd then?\n")
        print("chat of sft:", *talk.strip().splitlines(), sep="\n  ", end="\n\n")

        print(f"{'method':10}{'transformers':>14}{'greedy':>8}{'peft':>10}"
              f"{'llama ids':>11}{'f32':>8}{'f16':>8}{'q8_0':>8}")
        sound = True
        for name, folder in results.items():
            error, same = in_transformers(folder, scratch)
            sound = sound and error <= 1e-5 and same
            row = f"{name:10}{error:14.1e}{'equal' if same else 'DIFFER':>8}"
            beside = None
            if name in adapters and has["peft"]:
                with tempfile.TemporaryDirectory() as inner:
                    beside = in_peft(work / "runs" / name, base, inner)
                # An int8 base is rounded here and whole there.
                sound = sound and ("int8" in name or beside <= 1e-5)
            row += f"{beside:10.1e}" if beside is not None else " " * 10
            if has["llama_cpp"]:
                with tempfile.TemporaryDirectory() as inner:
                    ids, whole = [], []
                    for kind in ("f32", "f16", "q8_0"):
                        equal, alike, count = in_llama(folder, inner, kind)
                        ids.append(equal)
                        whole.append(f"{alike}/{count}")
                        sound = sound and equal and (kind != "f32" or alike == count)
                row += f"{'equal' if all(ids) else 'DIFFER':>11}" + "".join(
                    f"{text:>8}" for text in whole)
            print(row, flush=True)
        sys.exit(0 if sound else 1)


if __name__ == "__main__":
    main()
