"""Runs a benchmark of Nightjar and of a peer in turns and prints the ratio of their speeds.

    pip install torch transformers tokenizers
    swift build -c release --product nightjar
    python3 Scripts/peers/side_by_side.py train --dtype f32 --rounds 5
    python3 Scripts/peers/side_by_side.py train --dtype bf16 --compile
    python3 Scripts/peers/side_by_side.py generate --dtype f32 --batch 32
    python3 Scripts/peers/side_by_side.py encode --tokenizer FOLDER --text FILE

The peer is PyTorch, and for `encode`, on one thread, Hugging Face's `tokenizers`: the ids of both
must be the same.

A shared machine's speed drifts by a third within minutes, so only speeds from the same minute are
compared: each round runs one program and then the other, and the median of the rounds' ratios
counts.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SHAPE = "512,8,8,8,1376,4096,8,512"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Nightjar and a peer in turns.")
    parser.add_argument("work", choices=["train", "generate", "encode"])
    parser.add_argument("--shape", default=SHAPE)
    parser.add_argument("--dtype", choices=["f32", "bf16"], default="f32")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=3, help="train: steps that count, a round")
    parser.add_argument("--compile", action="store_true", help="train: PyTorch's torch.compile")
    parser.add_argument("--batch", type=int, default=32, help="generate: requests at a time")
    parser.add_argument("--prompt", type=int, default=64, help="generate: tokens of each prompt")
    parser.add_argument("--new", type=int, default=128, help="generate: tokens to sample")
    parser.add_argument(
        "--weights", default="full", help="generate: int8 for Nightjar's; the peer's stay as they are")
    parser.add_argument("--tokenizer", help="encode: learned from the text when absent")
    parser.add_argument("--text", help="encode: a file; made from a seed when absent")
    parser.add_argument("--nightjar", default=str(HERE.parents[1] / ".build/release/nightjar"))
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser.parse_args()


def measured(command: list[str]) -> dict[str, float]:
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with exit code {done.returncode}.")
    return json.loads(done.stdout.strip().splitlines()[-1])


def commands(options: argparse.Namespace, scratch: str) -> tuple[list[str], list[str]]:
    """The command lines of Nightjar and of the peer."""
    if options.work == "encode":
        ours = [options.nightjar, "bench", "encode", "--json"]
        for name in ["tokenizer", "text"]:
            if getattr(options, name):
                ours += [f"--{name}", getattr(options, name)]
        # Leaves the vocabulary, the text and the ids that the peer's must equal.
        measured([*ours, "--rounds", "1", "--save", scratch])
        ours = [options.nightjar, "bench", "encode", "--json", "--tokenizer", scratch]
        ours += ["--text", f"{scratch}/text.txt"]
        return ours, [sys.executable, str(HERE / "hf_encode.py"), scratch, "--json"]
    shared = ["--shape", options.shape, "--dtype", options.dtype, "--json"]
    if options.work == "train":
        shared += ["--steps", str(options.steps)]
    else:
        shared += ["--batch", str(options.batch), "--prompt", str(options.prompt)]
        shared += ["--new", str(options.new)]
    theirs = [sys.executable, str(HERE / f"torch_{options.work}.py"), *shared]
    if options.work == "train" and options.compile:
        theirs.append("--compile")
    ours = [options.nightjar, "bench", options.work, *shared]
    if options.work == "generate":
        ours += ["--weights", options.weights]
    return ours, theirs


def main() -> None:
    options = arguments()
    with tempfile.TemporaryDirectory() as scratch:
        compare(options, *commands(options, scratch))


def compare(options: argparse.Namespace, ours: list[str], theirs: list[str]) -> None:
    peer = "tokenizers" if options.work == "encode" else "PyTorch"
    rounds: list[tuple[dict[str, float], dict[str, float]]] = []
    print(f"{'round':>6}{'Nightjar':>12}{peer:>12}{'ratio':>8}   tokens/s", file=sys.stderr)
    for index in range(1, options.rounds + 1):
        pair = (measured(ours), measured(theirs))
        rounds.append(pair)
        speeds = [side["tokens_per_second"] for side in pair]
        print(
            f"{index:>6}{speeds[0]:>12.1f}{speeds[1]:>12.1f}{speeds[0] / speeds[1]:>8.2f}",
            file=sys.stderr,
        )

    def median(side: int, field: str) -> float:
        return round(statistics.median(pair[side][field] for pair in rounds), 1)

    ratios = [pair[0]["tokens_per_second"] / pair[1]["tokens_per_second"] for pair in rounds]
    summary = {
        "nightjar_tokens_per_second": median(0, "tokens_per_second"),
        f"{peer.lower()}_tokens_per_second": median(1, "tokens_per_second"),
        "ratio": round(statistics.median(ratios), 2),
        "ratio_least": round(min(ratios), 2),
        "ratio_most": round(max(ratios), 2),
        "nightjar_peak_rss_mib": median(0, "peak_rss_mib"),
        f"{peer.lower()}_peak_rss_mib": median(1, "peak_rss_mib"),
        "rounds": options.rounds,
    }
    if options.work == "encode":
        for side, name in enumerate(["nightjar", "tokenizers"]):
            for field in ["mb_per_second", "mb_per_second_first", "mb_per_core_second"]:
                summary[f"{name}_{field}"] = median(side, field)
        # hf_encode.py ends with an error where they are not.
        summary["ids_equal"] = all(pair[1]["ids_equal"] for pair in rounds)
    if options.json:
        print(json.dumps(summary))
    else:
        for name, value in summary.items():
            print(f"{name:<30}{value:>10}")


if __name__ == "__main__":
    main()
