#!/usr/bin/env python3
"""Golden adapters of tiny models, made by PEFT: logits, and the gradient of every adapter parameter.

Needs torch, transformers, peft and safetensors; only remaking the goldens does.

    python3 Scripts/goldens/adapters.py Tests/Goldens/adapters

The bases are those of `Tests/Goldens/architectures`, which their adapters name by the way from one
folder to the other. Writes, for each case, the adapter as PEFT saves it, its numbers random, and
`golden.safetensors`: the logits of the base's golden batch with the adapter, the loss, and its
gradients, named as the tensors of the adapter.
"""

import json
import sys
import warnings
from pathlib import Path

sys.path.pop(0)  # its neighbour is called like a library that transformers needs
warnings.filterwarnings("ignore")

import torch  # noqa: E402
import transformers  # noqa: E402
from peft import LoraConfig, get_peft_model  # noqa: E402
from safetensors.torch import load_file, save_file  # noqa: E402

# Name: (base, keys of LoraConfig).
CASES = {
    "lora": ("llama-odd-heads", dict(r=3, lora_alpha=5, target_modules="all-linear")),
    "lora-rope3": ("llama-rope3", dict(r=2, lora_alpha=8, target_modules=["q_proj", "v_proj"])),
    "rslora": ("qwen2", dict(
        r=4, lora_alpha=3, use_rslora=True, target_modules=["q_proj", "k_proj", "v_proj"])),
    "rslora-dora": ("qwen3", dict(
        r=4, lora_alpha=2, use_rslora=True, use_dora=True, target_modules="all-linear")),
    "dora": ("gemma2", dict(r=3, lora_alpha=6, use_dora=True, target_modules="all-linear")),
    "dora-biases": ("llama-linear-biases", dict(
        r=2, lora_alpha=4, use_dora=True, target_modules=["q_proj", "v_proj", "down_proj"])),
    "dora-fused": ("phi3", dict(
        r=2, lora_alpha=4, use_dora=True, target_modules=["qkv_proj", "gate_up_proj", "o_proj"])),
    "fused": ("phi3-longrope", dict(r=3, lora_alpha=4, target_modules="all-linear")),
    "one-layer": ("mistral-window", dict(
        r=2, lora_alpha=4, target_modules=r"model\.layers\.1\..*(q_proj|o_proj|up_proj)")),
    "patterns": ("mistral-whole", dict(
        r=2, lora_alpha=4, target_modules=["q_proj", "v_proj", "up_proj", "down_proj"],
        rank_pattern={"q_proj": 5, r"layers\.0\.mlp\..*": 3},
        alpha_pattern={"v_proj": 7, r"layers\.1\.mlp\.up_proj": 1.5})),
    "smollm3": ("smollm3", dict(r=3, lora_alpha=6, target_modules="all-linear")),
    "olmo2": ("olmo2", dict(r=3, lora_alpha=6, target_modules=["k_proj", "gate_proj"])),
    "gemma3": ("gemma3", dict(r=3, lora_alpha=6, target_modules="all-linear")),
}


def make(name: str, base: str, keys: dict, bases: Path, folder: Path) -> None:
    torch.manual_seed(sum(map(ord, name)))
    model = transformers.AutoModelForCausalLM.from_pretrained(
        bases / base, attn_implementation="eager", dtype=torch.float32).eval()
    model = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", **keys)).eval()
    adapted = {k: v for k, v in model.named_parameters() if "lora_" in k}
    with torch.no_grad():
        for key, value in adapted.items():
            if "magnitude" in key:
                value.mul_(1 + 0.3 * torch.rand_like(value))
            else:
                value.copy_(0.2 * torch.randn_like(value))
    ids = load_file(bases / base / "golden.safetensors")["ids"].long()
    logits = model(input_ids=ids[:, :-1]).logits
    loss = torch.nn.functional.cross_entropy(
        logits.reshape(-1, logits.shape[-1]), ids[:, 1:].reshape(-1))
    loss.backward()
    golden = {"logits": logits.detach().contiguous(), "loss": loss.detach().reshape(1)}
    for key, value in adapted.items():
        saved = key.replace(".default.weight", ".weight") if "magnitude" not in key \
            else key.replace(".default.weight", "")
        golden["gradient." + saved] = value.grad.clone()

    target = folder / name
    target.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(target)
    (target / "README.md").unlink(missing_ok=True)
    config = json.loads((target / "adapter_config.json").read_text())
    config["base_model_name_or_path"] = f"../../{bases.name}/{base}"
    if isinstance(config["target_modules"], list):  # a set, in no order
        config["target_modules"].sort()
    (target / "adapter_config.json").write_text(json.dumps(config, indent=1) + "\n")
    save_file(golden, target / "golden.safetensors")


if __name__ == "__main__":
    out = Path(sys.argv[1] if len(sys.argv) > 1 else "Tests/Goldens/adapters")
    for name, (base, keys) in CASES.items():
        make(name, base, keys, out.parent / "architectures", out)
