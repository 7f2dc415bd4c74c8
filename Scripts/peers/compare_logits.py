#!/usr/bin/env python3
"""Opens a model folder in transformers and compares its logits with Nightjar's.

    pip install torch transformers safetensors
    python3 Scripts/peers/compare_logits.py runs/demo/checkpoints/step-000300 [TOKENS]

Prints norm(a - b) / norm(b) over the logits of TOKENS (64) fixed token ids, in f32, and fails
where it is above 1e-5. Also checks that transformers' tokenizer and ours agree on this text.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer

folder = sys.argv[1]
count = int(sys.argv[2]) if len(sys.argv) > 2 else 64
nightjar = Path(__file__).resolve().parents[2] / ".build/release/nightjar"

model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
ids = [(7 + 31 * i) % model.config.vocab_size for i in range(count)]
with torch.no_grad():
    theirs = model(torch.tensor([ids])).logits[0].double()
with tempfile.TemporaryDirectory() as scratch:
    out = f"{scratch}/logits.safetensors"
    subprocess.run(
        [nightjar, "logits", folder, "--ids", ",".join(map(str, ids)), "--out", out,
         "--precision", "f32"], check=True)
    ours = load_file(out)["logits"].double()
error = ((ours - theirs).norm() / theirs.norm()).item()
print(f"relative error of the logits: {error:.2e}")

tokenizer = AutoTokenizer.from_pretrained(folder)
text = Path(__file__).read_text() + " naïve café 東京 🙂\n"
ours_ids = json.loads(subprocess.run(
    [nightjar, "tokenize", "encode", "--tokenizer", folder, "--json"], input=text.encode(),
    capture_output=True, check=True).stdout)["ids"]
theirs_ids = tokenizer(text, add_special_tokens=False)["input_ids"]
print("token ids equal:", ours_ids == theirs_ids)
sys.exit(0 if error <= 1e-5 and ours_ids == theirs_ids else 1)
