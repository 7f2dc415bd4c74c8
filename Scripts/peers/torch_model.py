"""The model that both benchmarks of PyTorch share: transformers' Llama of a shape."""

import argparse
import json
import resource

import torch
import transformers

SIZES = "width,layers,heads,key-value heads,MLP width,vocabulary,batch,sequence"


def arguments(description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--shape", required=True, type=shape, metavar="SIZES", help=SIZES)
    parser.add_argument("--dtype", choices=["auto", "f32", "bf16"], default="auto")
    parser.add_argument("--threads", type=int, help="all of PyTorch's choice when absent")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def shape(text: str) -> list[int]:
    numbers = [int(part) for part in text.split(",")]
    if len(numbers) != 8 or min(numbers) < 1 or numbers[0] % numbers[2]:
        raise argparse.ArgumentTypeError(f"wants eight sizes of 1 or more: {SIZES}")
    return numbers


def kind(dtype: str) -> torch.dtype:
    """`auto` is bf16 where the processor multiplies it natively, as in Nightjar."""
    if dtype == "auto":
        with open("/proc/cpuinfo") as info:
            dtype = "bf16" if "avx512_bf16" in info.read() else "f32"
    return torch.bfloat16 if dtype == "bf16" else torch.float32


def make(sizes: list[int], positions: int) -> transformers.LlamaForCausalLM:
    width, layers, heads, kv_heads, mlp, vocabulary, _, _ = sizes
    torch.manual_seed(0)
    config = transformers.LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=width,
        intermediate_size=mlp,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=kv_heads,
        max_position_embeddings=positions,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=None,
        pad_token_id=None,
        attn_implementation="sdpa",
    )
    return transformers.LlamaForCausalLM(config)


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def report(fields: dict[str, object], as_json: bool) -> None:
    if as_json:
        print(json.dumps(fields, sort_keys=True))
    else:
        for name, value in fields.items():
            print(f"{name:<26}{value}")
