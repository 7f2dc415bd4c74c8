#!/usr/bin/env python3
"""Golden numbers of Muon: ten training steps of the tiny Llamas of decoder.py.

Needs torch (2.9 or newer, with torch.optim.Muon), transformers and safetensors; only remaking the
goldens does.

    python3 Scripts/goldens/muon.py Tests/Goldens/decoder

Hidden matrices are moved by torch.optim.Muon, everything else by torch.optim.AdamW, with gradients
clipped at 1.0. torch runs Newton-Schulz in bf16; "exact" is the same code with that one word
changed to f32, and "torch" is torch as it is. Writes muon.json beside the model: for each setting
the losses and gradient norms of both, and the norm of every parameter after the last step.
"""

import inspect
import json
import sys
from pathlib import Path

import torch
import torch.optim._muon as muon
from safetensors.torch import load_file
from transformers import LlamaForCausalLM

STEPS, BATCHES = 10, 2
SETTINGS = {
    "original": dict(lr=0.02, momentum=0.95, nesterov=True, weight_decay=0.1),
    "match_rms_adamw": dict(
        lr=3e-3, momentum=0.9, nesterov=False, weight_decay=0.05, ns_steps=3,
        adjust_lr_fn="match_rms_adamw"),
    "spectral_unclamped": dict(
        lr=0.01, momentum=0.9, nesterov=True, weight_decay=0.0, ns_steps=4,
        adjust_lr_fn="spectral_unclamped"),
}
ORIGINAL = muon._zeropower_via_newtonschulz


def exact():
    source = inspect.getsource(ORIGINAL)
    assert source.count("torch.bfloat16") == 1
    place = dict(vars(muon))
    exec(source.replace("torch.bfloat16", "torch.float32"), place)
    return place["_zeropower_via_newtonschulz"]


def run(folder: Path, settings: dict) -> dict:
    model = LlamaForCausalLM.from_pretrained(folder, torch_dtype=torch.float32)
    golden = load_file(folder / "golden.safetensors")
    ids, weights = golden["ids"].long(), golden["weights"]
    hidden = [p for n, p in model.named_parameters() if p.dim() == 2 and "layers." in n]
    inside = {id(p) for p in hidden}
    rest = [p for p in model.parameters() if id(p) not in inside]
    first = torch.optim.Muon(hidden, **settings)
    second = torch.optim.AdamW(
        [{"params": [p for p in rest if p.dim() == 2], "weight_decay": 0.1},
         {"params": [p for p in rest if p.dim() != 2], "weight_decay": 0.0}],
        lr=3e-3, betas=(0.9, 0.95), eps=1e-8)
    losses, norms = [], []
    for step in range(STEPS):
        first.zero_grad()
        second.zero_grad()
        index = step % BATCHES
        logits = model(input_ids=ids[index, :, :-1]).logits
        each = torch.nn.functional.cross_entropy(
            logits.reshape(-1, logits.shape[-1]), ids[index, :, 1:].reshape(-1),
            reduction="none")
        mask = weights[index].reshape(-1)
        loss = (each * mask).sum() / mask.sum()
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0).item())
        first.step()
        second.step()
        losses.append(loss.item())
    after = {n: p.detach().double().norm().item() for n, p in model.named_parameters()}
    return {"losses": losses, "norms": norms, "after": after}


def make(folder: Path) -> None:
    runs = {}
    for name, settings in SETTINGS.items():
        muon._zeropower_via_newtonschulz = exact()
        runs[name] = {"exact": run(folder, settings)}
        muon._zeropower_via_newtonschulz = ORIGINAL
        runs[name]["torch"] = run(folder, settings)
    (folder / "muon.json").write_text(json.dumps(runs, indent=1) + "\n")


if __name__ == "__main__":
    out = Path(sys.argv[1] if len(sys.argv) > 1 else "Tests/Goldens/decoder")
    for name in ("grouped", "tied"):
        make(out / name)
