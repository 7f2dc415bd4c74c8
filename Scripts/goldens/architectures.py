#!/usr/bin/env python3
"""Golden numbers of tiny models of every architecture: logits, and the gradient of every parameter.

Needs torch, transformers and safetensors; only remaking the goldens does.

    python3 Scripts/goldens/architectures.py Tests/Goldens/architectures

Writes, for each of several small configurations of each architecture, the model as a folder (the
weights in bf16, so that they are small, but computed in f32), `older.json`, its configuration in the
spelling of transformers before version 5, and `golden.safetensors`: a batch, its logits and the
gradients of a loss over all tokens.
"""

import json
import sys
from pathlib import Path

sys.path.pop(0)  # its neighbour is called like a library that transformers needs

import torch  # noqa: E402
import transformers  # noqa: E402
from safetensors.torch import save_file  # noqa: E402

BASE = dict(
    vocab_size=29, hidden_size=16, intermediate_size=24, num_hidden_layers=2,
    num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=64,
    initializer_range=0.12, attention_dropout=0.0, bos_token_id=1, eos_token_id=2,
    pad_token_id=0, tie_word_embeddings=False)
LLAMA3 = dict(
    rope_type="llama3", rope_theta=500000.0, factor=8.0, low_freq_factor=1.0,
    high_freq_factor=4.0, original_max_position_embeddings=16)


def rope(kind="default", theta=10000.0, **more):
    return dict(rope_type=kind, rope_theta=theta, **more)


# Name: (class of the configuration, what differs from BASE).
MODELS = {
    "llama-odd-heads": ("Llama", dict(
        hidden_size=18, num_attention_heads=3, num_key_value_heads=1, head_dim=6,
        rope_parameters=rope(theta=777.0))),
    "llama-rope3": ("Llama", dict(head_dim=8, rope_parameters=LLAMA3, tie_word_embeddings=True)),
    "llama-linear-biases": ("Llama", dict(
        attention_bias=True, mlp_bias=True, rope_parameters=rope("linear", factor=3.0))),
    "mistral-window": ("Mistral", dict(
        sliding_window=5, head_dim=6, rope_parameters=rope(theta=1e6))),
    "mistral-whole": ("Mistral", dict(sliding_window=None, rope_parameters=rope())),
    "qwen2": ("Qwen2", dict(rope_parameters=rope(theta=1e6), tie_word_embeddings=True)),
    "qwen2-windows": ("Qwen2", dict(
        num_hidden_layers=3, use_sliding_window=True, sliding_window=4, max_window_layers=1,
        rope_parameters=rope(theta=1e6))),
    "qwen3": ("Qwen3", dict(head_dim=6, rope_parameters=rope(theta=1e6))),
    "qwen3-biases": ("Qwen3", dict(
        head_dim=4, attention_bias=True, num_key_value_heads=4, tie_word_embeddings=True,
        rope_parameters=rope(theta=1e6))),
    "smollm3": ("SmolLM3", dict(
        num_hidden_layers=4, no_rope_layer_interval=2, rope_parameters=rope(theta=2e6))),
    "smollm3-list": ("SmolLM3", dict(
        no_rope_layers=[0, 1], tie_word_embeddings=True, rope_parameters=rope(theta=5e6))),
    "olmo2": ("Olmo2", dict(rope_parameters=rope(theta=500000.0))),
    "olmo2-one-head-of-keys": ("Olmo2", dict(
        num_key_value_heads=1, rope_parameters=rope(), tie_word_embeddings=True)),
    "gemma2": ("Gemma2", dict(
        num_hidden_layers=3, head_dim=6, sliding_window=4, query_pre_attn_scalar=10,
        attn_logit_softcapping=2.0, final_logit_softcapping=1.5, tie_word_embeddings=True,
        rope_parameters=rope())),
    "gemma2-uncapped": ("Gemma2", dict(
        head_dim=4, sliding_window=6, query_pre_attn_scalar=4, attn_logit_softcapping=None,
        final_logit_softcapping=None, tie_word_embeddings=False, rope_parameters=rope())),
    "gemma3": ("Gemma3Text", dict(
        num_hidden_layers=4, head_dim=6, sliding_window=4, query_pre_attn_scalar=6,
        tie_word_embeddings=True,
        layer_types=["sliding_attention", "sliding_attention", "full_attention",
                     "sliding_attention"],
        rope_parameters={
            "full_attention": rope("linear", theta=1e6, factor=8.0),
            "sliding_attention": rope(theta=10000.0)})),
    "phi3": ("Phi3", dict(sliding_window=5, rope_parameters=rope())),
    "phi3-longrope": ("Phi3", dict(
        original_max_position_embeddings=32, sliding_window=None, rope_parameters=rope(
            "longrope", short_factor=[1.0, 1.25], long_factor=[1.5, 4.0],
            original_max_position_embeddings=32))),
}
BATCH, TIME = 2, 13


def older(config: dict) -> dict:
    """The same in the spelling of transformers 4."""
    config = {k: v for k, v in config.items() if k not in ("dtype", "transformers_version")}
    parameters = config.pop("rope_parameters")
    local = parameters.get("sliding_attention")
    parameters = dict(parameters.get("full_attention", parameters))
    config["rope_theta"] = parameters.pop("rope_theta")
    if local:
        config["rope_local_base_freq"] = local["rope_theta"]
    kind = parameters.pop("rope_type")
    config["rope_scaling"] = None if kind == "default" else {
        ("type" if kind in ("linear", "longrope") else "rope_type"): kind,
        **{k: v for k, v in parameters.items() if v is not None}}
    config["torch_dtype"] = "bfloat16"
    return config


def make(name: str, kind: str, changes: dict, folder: Path) -> None:
    torch.manual_seed(sum(map(ord, name)))
    config = getattr(transformers, kind + "Config")(**{**BASE, **changes})
    model = getattr(transformers, kind.replace("Text", "") + "ForCausalLM")._from_config(
        config, attn_implementation="eager").to(torch.float32).eval()
    with torch.no_grad():
        for key, value in model.named_parameters():
            if value.dim() == 1:
                value.add_(0.2 * torch.randn_like(value))
            value.copy_(value.to(torch.bfloat16).float())
    ids = torch.randint(3, config.vocab_size, (BATCH, TIME + 1))
    logits = model(input_ids=ids[:, :-1]).logits
    loss = torch.nn.functional.cross_entropy(
        logits.reshape(-1, config.vocab_size), ids[:, 1:].reshape(-1))
    loss.backward()
    golden = {f"gradient.{key}": value.grad.clone() for key, value in model.named_parameters()}
    golden["logits"] = logits.detach().contiguous()
    golden["ids"] = ids.to(torch.int32)
    golden["loss"] = loss.detach().reshape(1)

    target = folder / name
    target.mkdir(parents=True, exist_ok=True)
    model.to(torch.bfloat16).save_pretrained(target)
    (target / "generation_config.json").unlink(missing_ok=True)
    config = json.loads((target / "config.json").read_text())
    (target / "older.json").write_text(json.dumps(older(config), indent=1) + "\n")
    save_file(golden, target / "golden.safetensors")


if __name__ == "__main__":
    out = Path(sys.argv[1] if len(sys.argv) > 1 else "Tests/Goldens/architectures")
    for name, (kind, changes) in MODELS.items():
        make(name, kind, changes, out)
