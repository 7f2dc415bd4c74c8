"""Times Hugging Face's `tokenizers` on one thread, on what `nightjar bench encode --save` left.

    pip install tokenizers
    nightjar bench encode --tokenizer FOLDER --text FILE --save scratch
    python3 Scripts/peers/hf_encode.py scratch --json

The text is cut into the same documents, and the ids are compared one by one.
"""

import argparse
import array
import json
import os
import pathlib
import resource
import statistics
import sys
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"

import tokenizers


def documents(text: bytes, piece: int) -> list[str]:
    """Cut at the first line end after so many bytes, as the benchmark does."""
    result = []
    start = 0
    while start < len(text):
        end = text.find(b"\n", min(start + piece, len(text)))
        end = len(text) if end < 0 else end + 1
        result.append(text[start:end].decode("utf-8"))
        start = end
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description="Times Hugging Face's tokenizers.")
    parser.add_argument("folder", help="holds tokenizer.json, text.txt and ids.i32")
    parser.add_argument("--piece", type=int, default=4096)
    parser.add_argument("--rounds", type=int, default=1, help="one more comes first")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    folder = pathlib.Path(options.folder)
    tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    text = (folder / "text.txt").read_bytes()
    parts = documents(text, options.piece)
    seconds = []
    core_seconds = []
    for _ in range(options.rounds + 1):
        start, core_start = time.perf_counter(), time.thread_time()
        lists = [tokenizer.encode(part, add_special_tokens=False).ids for part in parts]
        seconds.append(time.perf_counter() - start)
        core_seconds.append(time.thread_time() - core_start)
    expected = array.array("i", (folder / "ids.i32").read_bytes())
    if sys.byteorder == "big":
        expected.byteswap()
    ids = array.array("i", [token for part in lists for token in part])
    median = statistics.median(seconds[1:])
    fields = {
        "mb_per_second": round(len(text) / 1e6 / median, 2),
        "mb_per_second_first": round(len(text) / 1e6 / seconds[0], 2),
        "mb_per_core_second": round(len(text) / 1e6 / statistics.median(core_seconds[1:]), 2),
        "tokens_per_second": round(len(ids) / median, 1),
        "ids_equal": ids == expected,
        "tokens": len(ids),
        "peak_rss_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "tokenizers": tokenizers.__version__,
    }
    if options.json:
        print(json.dumps(fields))
    else:
        for name, value in fields.items():
            print(f"{name:<24}{value:>14}")
    if not fields["ids_equal"]:
        sys.exit("The ids differ.")


if __name__ == "__main__":
    main()
