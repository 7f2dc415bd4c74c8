"""Times sampling from PyTorch and transformers' Llama beside `nightjar bench generate`.

    pip install torch transformers
    python3 Scripts/peers/torch_generate.py --shape 512,8,8,8,1376,4096,8,512 \
        --batch 32 --prompt 64 --new 128 --dtype f32 --json

Random weights and prompts, a key-value cache, temperature 1; `--greedy` takes the likeliest token.
"""

import time

import torch
import transformers

import torch_model


class Clock(transformers.generation.streamers.BaseStreamer):
    """Notes when each token of a sequence comes; works for batches too, unlike text streamers."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def put(self, value: torch.Tensor) -> None:
        self.times.append(time.perf_counter())

    def end(self) -> None:
        pass


def main() -> None:
    parser = torch_model.arguments("Times sampling from PyTorch.")
    parser.add_argument("--batch", type=int, default=32, help="requests at a time")
    parser.add_argument("--prompt", type=int, default=64, help="tokens of each prompt")
    parser.add_argument("--new", type=int, default=128, help="tokens to sample for each")
    parser.add_argument("--greedy", action="store_true", help="always the likeliest token")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    kind = torch_model.kind(options.dtype)
    positions = options.prompt + options.new
    model = torch_model.make(options.shape, positions=max(4096, positions)).to(kind).eval()
    generator = torch.Generator().manual_seed(1)
    ids = torch.randint(
        options.shape[5], (options.batch, options.prompt), generator=generator
    )

    def generate(count: int, clock: Clock) -> None:
        model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            min_new_tokens=count,
            max_new_tokens=count,
            streamer=clock,
            # transformers looks at the 50 likeliest only unless told otherwise.
            **({"do_sample": False} if options.greedy else {"do_sample": True, "top_k": 0}),
        )

    with torch.inference_mode():
        generate(min(4, options.new), Clock())
        clock = Clock()
        start = time.perf_counter()
        generate(options.new, clock)
        seconds = time.perf_counter() - start
    # The first call hands over the prompt.
    times = clock.times[1:]
    gaps = sorted(after - before for before, after in zip(times, times[1:]))
    fields = {
        "tokens_per_second": round(options.batch * options.new / seconds, 1),
        "first_token_ms": round((times[0] - start) * 1000, 1),
        "peak_rss_mib": round(torch_model.peak_mib(), 1),
        "dtype": "f32" if kind == torch.float32 else "bf16",
        "batch": options.batch,
        "prompt": options.prompt,
        "new": options.new,
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
    }
    if gaps:
        median = gaps[len(gaps) // 2]
        fields["step_ms"] = round(median * 1000, 3)
        fields["decode_tokens_per_second"] = round(options.batch / median, 1)
    torch_model.report(fields, options.json)


if __name__ == "__main__":
    main()
