"""Times training steps of PyTorch and transformers' Llama beside `nightjar bench train`.

    pip install torch transformers
    python3 Scripts/peers/torch_train.py --shape 512,8,8,8,1376,4096,8,512 --dtype bf16 --json

The same work: tied embeddings, AdamW, clipping at 1, a whole batch a step of made-up text. With
bf16 the products run in bf16 under autocast, weights and optimizer stay in f32.
"""

import contextlib
import statistics
import time

import torch

import torch_model


def main() -> None:
    parser = torch_model.arguments("Times training steps of PyTorch.")
    parser.add_argument("--steps", type=int, default=5, help="steps that count; two come before")
    parser.add_argument("--micro", type=int, help="sequences a pass; the whole batch when absent")
    parser.add_argument("--compile", action="store_true", help="through torch.compile")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    sizes = options.shape
    vocabulary, batch, length = sizes[5:]
    micro = options.micro or batch
    if batch % micro:
        parser.error(f"--micro {micro} does not divide the batch of {batch}")
    kind = torch_model.kind(options.dtype)
    model = torch_model.make(sizes, positions=max(4096, length)).train()
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=1e-4, betas=(0.9, 0.95), weight_decay=0.1, fused=True
    )
    forward = torch.compile(model) if options.compile else model

    def precision() -> contextlib.AbstractContextManager:
        if kind == torch.float32:
            return contextlib.nullcontext()
        return torch.autocast("cpu", dtype=kind)

    generator = torch.Generator().manual_seed(1)
    seconds: list[float] = []
    loss = 0.0
    for step in range(options.steps + 2):
        ids = torch.randint(vocabulary, (batch, length), generator=generator)
        start = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        loss = 0.0
        for rows in ids.split(micro):
            with precision():
                part = forward(input_ids=rows, labels=rows, use_cache=False).loss * micro / batch
            part.backward()
            loss += part.item()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if step >= 2:
            seconds.append(time.perf_counter() - start)
    median = statistics.median(seconds)
    torch_model.report(
        {
            "tokens_per_second": round(batch * length / median, 1),
            "step_ms": round(median * 1000, 1),
            "peak_rss_mib": round(torch_model.peak_mib(), 1),
            "loss": round(loss, 5),
            "dtype": "f32" if kind == torch.float32 else "bf16",
            "steps": options.steps,
            "micro": micro,
            "compiled": options.compile,
            "threads": torch.get_num_threads(),
            "parameters": sum(parameter.numel() for parameter in model.parameters()),
            "torch": torch.__version__,
        },
        options.json,
    )


if __name__ == "__main__":
    main()
