#!/usr/bin/env python3
"""Golden steps of preferring one answer to another (DPO), over the tiny model of decoder.py.

Needs torch and transformers; only remaking the goldens does.

    python3 Scripts/goldens/preference.py Tests/Goldens/decoder/grouped

Model and reference begin as the same weights. Writes `preference.json`: pairs of a question and two
answers as ids, and for two settings the losses, gradient norms, rewards and log-likelihoods of five
AdamW steps over all pairs, clipped at 1.0, weight decay on matrices only.
"""

import json
import sys
from pathlib import Path

sys.path.pop(0)  # its neighbour is called like a library that transformers needs

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from transformers import AutoModelForCausalLM  # noqa: E402

SETTINGS = {"plain": dict(beta=0.1, smoothing=0.0), "smoothed": dict(beta=0.7, smoothing=0.2)}
PAIRS, STEPS = 5, 5


def make_pairs(vocabulary: int) -> list[dict]:
    def ids(least: int, most: int) -> list[int]:
        count = int(torch.randint(least, most + 1, ()))
        return torch.randint(0, vocabulary, (count,)).tolist()

    return [{"prompt": ids(2, 5), "chosen": ids(1, 6), "rejected": ids(1, 6)} for _ in range(PAIRS)]


def likelihoods(model, pairs: list[dict], side: str) -> torch.Tensor:
    """Log-likelihoods of whole answers, each in a pass by itself."""
    sums = []
    for pair in pairs:
        ids = torch.tensor([pair["prompt"] + pair[side]])
        logits = model(input_ids=ids[:, :-1]).logits
        each = F.log_softmax(logits, -1).gather(-1, ids[:, 1:, None])[0, :, 0]
        sums.append(each[len(pair["prompt"]) - 1:].sum())
    return torch.stack(sums)


def course(folder: Path, pairs: list[dict], beta: float, smoothing: float) -> list[dict]:
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    with torch.no_grad():
        reference = {side: likelihoods(model, pairs, side) for side in ("chosen", "rejected")}
    optimizer = torch.optim.AdamW(
        [{"params": [p for p in model.parameters() if p.dim() == 2], "weight_decay": 0.1},
         {"params": [p for p in model.parameters() if p.dim() != 2], "weight_decay": 0.0}],
        lr=3e-3, betas=(0.9, 0.95), eps=1e-8)
    steps = []
    for _ in range(STEPS):
        found = {side: likelihoods(model, pairs, side) for side in ("chosen", "rejected")}
        rewards = {side: beta * (found[side] - reference[side]) for side in found}
        margin = rewards["chosen"] - rewards["rejected"]
        loss = (-F.logsigmoid(margin) * (1 - smoothing) - F.logsigmoid(-margin) * smoothing).mean()
        optimizer.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        steps.append({
            "loss": loss.item(), "norm": norm.item(),
            "rewards/chosen": rewards["chosen"].mean().item(),
            "rewards/rejected": rewards["rejected"].mean().item(),
            "rewards/margins": margin.mean().item(),
            "rewards/accuracies": (margin > 0).float().mean().item(),
            "logps/chosen": found["chosen"].mean().item(),
            "logps/rejected": found["rejected"].mean().item(),
        })
    return steps


if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "Tests/Goldens/decoder/grouped")
    torch.manual_seed(11)
    pairs = make_pairs(json.loads((folder / "config.json").read_text())["vocab_size"])
    golden = {"pairs": pairs}
    for name, keys in SETTINGS.items():
        golden[name] = course(folder, pairs, keys["beta"], keys["smoothing"])
    (folder / "preference.json").write_text(json.dumps(golden, indent=1) + "\n")
