#!/usr/bin/env python3
"""Golden numbers of a tiny Llama: logits, gradients, and ten training steps.

Needs torch, transformers and safetensors; only remaking the goldens does.

    python3 Scripts/goldens/decoder.py Tests/Goldens/decoder

Writes, for each of two shapes (grouped heads with a head size apart from the width and an untied
head; tied embeddings): the initial weights as a model folder, a batch, logits, the gradient of
every parameter, and for AdamW and SGD the losses and gradient norms of ten steps over two fixed
batches (gradients clipped at 1.0, weight decay on matrices only).
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM

SHAPES = {
    "grouped": dict(
        vocab_size=61, hidden_size=24, intermediate_size=40, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, head_dim=8, tie_word_embeddings=False,
    ),
    "tied": dict(
        vocab_size=50, hidden_size=32, intermediate_size=48, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=4, head_dim=8, tie_word_embeddings=True,
    ),
}
BATCH, TIME, STEPS, BATCHES = 3, 17, 10, 2


def make(name: str, sizes: dict, folder: Path) -> None:
    torch.manual_seed(7)
    config = LlamaConfig(
        max_position_embeddings=64, rms_norm_eps=1e-5, rope_theta=10000.0,
        initializer_range=0.08, attention_dropout=0.0, **sizes)
    model = LlamaForCausalLM(config).to(torch.float32)
    with torch.no_grad():
        for key, value in model.named_parameters():
            if "norm" in key:
                value.add_(0.1 * torch.randn_like(value))
    start = {key: value.detach().clone() for key, value in model.state_dict().items()}
    target = folder / name
    target.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(target)

    ids = torch.randint(0, config.vocab_size, (BATCHES, BATCH, TIME + 1))
    weights = (torch.rand(BATCHES, BATCH, TIME) > 0.2).float()

    def loss_of(index: int) -> torch.Tensor:
        logits = model(input_ids=ids[index, :, :-1]).logits
        losses = torch.nn.functional.cross_entropy(
            logits.reshape(-1, config.vocab_size), ids[index, :, 1:].reshape(-1),
            reduction="none")
        mask = weights[index].reshape(-1)
        return (losses * mask).sum() / mask.sum()

    logits = model(input_ids=ids[0, :, :-1]).logits.detach()
    loss = loss_of(0)
    loss.backward()
    tensors = {f"gradient.{key}": value.grad.clone() for key, value in model.named_parameters()}
    tensors["logits"] = logits.contiguous()
    tensors["ids"] = ids.to(torch.int32)
    tensors["weights"] = weights

    runs = {}
    for kind in ("adamw", "sgd"):
        model.load_state_dict(start)
        decayed = [p for p in model.parameters() if p.dim() == 2]
        others = [p for p in model.parameters() if p.dim() != 2]
        if kind == "adamw":
            groups = [{"params": decayed, "weight_decay": 0.1},
                      {"params": others, "weight_decay": 0.0}]
            optimizer = torch.optim.AdamW(groups, lr=3e-3, betas=(0.9, 0.95), eps=1e-8)
        else:
            groups = [{"params": decayed, "weight_decay": 0.01},
                      {"params": others, "weight_decay": 0.0}]
            optimizer = torch.optim.SGD(groups, lr=0.1, momentum=0.9, nesterov=True)
        losses, norms = [], []
        for step in range(STEPS):
            optimizer.zero_grad()
            loss = loss_of(step % BATCHES)
            loss.backward()
            norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            losses.append(loss.item())
            norms.append(norm.item())
        runs[kind] = {"losses": losses, "norms": norms}
    save_file(tensors, target / "golden.safetensors")
    (target / "runs.json").write_text(json.dumps(runs, indent=1) + "\n")
    for extra in ("generation_config.json",):
        (target / extra).unlink(missing_ok=True)


if __name__ == "__main__":
    out = Path(sys.argv[1] if len(sys.argv) > 1 else "Tests/Goldens/decoder")
    for name, sizes in SHAPES.items():
        make(name, sizes, out)
