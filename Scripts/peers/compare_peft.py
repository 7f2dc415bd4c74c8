#!/usr/bin/env python3
"""Opens an adapter of ours in PEFT and compares its logits with those of `nightjar logits`.

Needs torch, transformers, peft and safetensors.

    python3 Scripts/peers/compare_peft.py runs/lora [--merged FOLDER] [--nightjar .build/release/nightjar]

The adapter is opened with the base that its `adapter_config.json` names. With `--merged`, the folder
that `nightjar merge` wrote is opened by transformers and compared too. Ends with code 1 where the
logits differ by more than 1e-4 of their norm.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from peft import AutoPeftModelForCausalLM
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM


def newest(run: Path) -> Path:
    """The newest checkpoint of a run; a plain folder itself."""
    checkpoints = sorted((run / "checkpoints").glob("step-*"))
    return checkpoints[-1] if checkpoints else run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("adapter", type=Path)
    parser.add_argument("--merged", type=Path)
    parser.add_argument("--nightjar", default=".build/release/nightjar")
    parser.add_argument("--tokens", type=int, default=24)
    options = parser.parse_args()

    folder = newest(options.adapter)
    model = AutoPeftModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    torch.manual_seed(0)
    ids = torch.randint(0, model.config.vocab_size, (1, options.tokens))
    with torch.no_grad():
        theirs = {"peft": model(input_ids=ids).logits[0]}
        if options.merged:
            merged = AutoModelForCausalLM.from_pretrained(options.merged, dtype=torch.float32)
            theirs["merged, in transformers"] = merged.eval()(input_ids=ids).logits[0]
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "logits.safetensors"
        subprocess.run(
            [options.nightjar, "logits", str(folder), "--ids",
             ",".join(map(str, ids[0].tolist())), "--out", str(out)], check=True)
        ours = load_file(out)["logits"]
    worst = 0.0
    for name, logits in theirs.items():
        error = ((ours - logits).norm() / logits.norm()).item()
        worst = max(worst, error)
        print(f"{name}: relative error of the logits {error:.2e}")
    sys.exit(worst > 1e-4)


if __name__ == "__main__":
    main()
