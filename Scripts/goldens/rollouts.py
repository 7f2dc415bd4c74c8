#!/usr/bin/env python3
"""Golden steps of learning from a model's own answers (GRPO), over the tiny model of decoder.py.

Needs torch and transformers; only remaking the goldens does.

    python3 Scripts/goldens/rollouts.py Tests/Goldens/decoder/grouped

Model and reference begin as the same weights. Writes `rollouts.json`: prompts with their answers as
ids and rewards, and for some settings the advantages, losses, gradient norms and divergences of five
AdamW steps over all answers, clipped at 1.0, weight decay on matrices only. The answers stay the
same, and each step takes them as drawn by the weights before it, so that the ratio is 1; it is
written out and clipped all the same, for autograd to find the gradient by itself.
"""

import json
import sys
from pathlib import Path

sys.path.pop(0)  # its neighbour is called like a library that transformers needs

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from transformers import AutoModelForCausalLM  # noqa: E402

SETTINGS = {
    "tokens": dict(average="tokens", scale="group", beta=0.0),
    "answers": dict(average="answers", scale="none", beta=0.3),
    "longest": dict(average="longest", scale="batch", beta=0.05),
}
PROMPTS, ANSWERS, LONGEST, STEPS = 3, 4, 6, 5


def make_groups(vocabulary: int) -> list[dict]:
    def ids(least: int, most: int) -> list[int]:
        count = int(torch.randint(least, most + 1, ()))
        return torch.randint(0, vocabulary, (count,)).tolist()

    groups = [{"prompt": ids(2, 5), "answers": [ids(1, LONGEST) for _ in range(ANSWERS)],
               "rewards": torch.rand(ANSWERS).tolist()} for _ in range(PROMPTS)]
    groups[1]["rewards"] = [0.3] * ANSWERS  # nothing is learned from it but the divergence
    return groups


def advantages(groups: list[dict], scale: str) -> torch.Tensor:
    rewards = torch.tensor([group["rewards"] for group in groups], dtype=torch.float64)
    centred = rewards - rewards.mean(1, keepdim=True)
    centred[rewards.std(1) == 0] = 0
    if scale == "group":
        centred = centred / (rewards.std(1, keepdim=True) + 1e-4)
    elif scale == "batch":
        centred = centred / (rewards.std() + 1e-4)
    return centred.float()


def token_likelihoods(model, prompt: list[int], answer: list[int]) -> torch.Tensor:
    ids = torch.tensor([prompt + answer])
    logits = model(input_ids=ids[:, :-1]).logits
    each = F.log_softmax(logits, -1).gather(-1, ids[:, 1:, None])[0, :, 0]
    return each[len(prompt) - 1:]


def course(folder: Path, groups: list[dict], average: str, scale: str, beta: float) -> dict:
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    given = advantages(groups, scale)
    pairs = [(group["prompt"], answer) for group in groups for answer in group["answers"]]
    with torch.no_grad():
        reference = [token_likelihoods(model, *pair) for pair in pairs]
    optimizer = torch.optim.AdamW(
        [{"params": [p for p in model.parameters() if p.dim() == 2], "weight_decay": 0.1},
         {"params": [p for p in model.parameters() if p.dim() != 2], "weight_decay": 0.0}],
        lr=3e-3, betas=(0.9, 0.95), eps=1e-8)
    steps = []
    for _ in range(STEPS):
        sums, means, divergences = [], [], []
        for pair, base, advantage in zip(pairs, reference, given.flatten()):
            own = token_likelihoods(model, *pair)
            ratio = (own - own.detach()).exp()
            gain = torch.min(ratio * advantage, ratio.clamp(0.8, 1.2) * advantage)
            difference = base - own
            divergence = difference.exp() - difference - 1
            each = -gain + beta * divergence
            sums.append(each.sum())
            means.append(each.mean())
            divergences += divergence.tolist()
        count = sum(len(answer) for _, answer in pairs)
        loss = {"tokens": lambda: torch.stack(sums).sum() / count,
                "answers": lambda: torch.stack(means).mean(),
                "longest": lambda: torch.stack(sums).sum() / (len(pairs) * LONGEST)}[average]()
        optimizer.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        steps.append({"loss": loss.item(), "norm": norm.item(),
                      "kl": sum(divergences) / len(divergences)})
    return {"advantages": given.tolist(), "steps": steps}


if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "Tests/Goldens/decoder/grouped")
    torch.manual_seed(13)
    groups = make_groups(json.loads((folder / "config.json").read_text())["vocab_size"])
    golden = {"groups": groups, "courses": {}}
    for name, keys in SETTINGS.items():
        golden["courses"][name] = course(folder, groups, **keys)
    (folder / "rollouts.json").write_text(json.dumps(golden, indent=1) + "\n")
