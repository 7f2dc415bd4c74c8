"""Supervised fine-tuning on short tasks, measured by exact match on rows that were held out.

    python3 Scripts/experiments/induction.py prepare FOLDER [--out runs/induction]
    python3 Scripts/experiments/induction.py score RUN [--nightjar PROGRAM] [--rows N]

FOLDER holds the tasks of "Instruction Induction" (Honovich and others, 2022) as JSON: `examples`, each
with `input` and `output`. `prepare` writes train.jsonl and heldout.jsonl as rows of messages, and
prompts.jsonl, the questions of the first with their answers beside them; which inputs are held out is
decided by a hash, so no input is on both sides. `score` asks a run's newest
checkpoint each held-out question with the template of Scripts/recipes/sft.lua, greedily, and counts
answers that are right to the letter.
"""

import argparse
import functools
import hashlib
import json
import subprocess
import sys
from pathlib import Path

# How each task is put to the model.
TASKS = {
    "first_word_letter": "first letter of",
    "second_word_letter": "second letter of",
    "letters_list": "spell",
    "singular_to_plural": "plural of",
    "num_to_verbal": "in words",
    "larger_animal": "larger of",
}


# Rows of a task, so that no long one drowns the others.
MOST = 3000


def digest(task, question):
    return hashlib.sha256(f"{task}\n{question}".encode()).digest()


def prepare(folder, out):
    sides = {"train": [], "heldout": []}
    for task, words in TASKS.items():
        examples = json.loads((folder / f"{task}.json").read_text())["examples"].values()
        order = sorted(examples, key=lambda example: digest(task, example["input"])[1:])
        for example in order[:MOST]:
            place = digest(task, example["input"])
            side = "heldout" if place[0] < 26 else "train"  # one in ten
            sides[side].append((place, {
                "task": task,
                "messages": [
                    {"role": "user", "content": f"{words} {example['input']}"},
                    {"role": "assistant", "content": example["output"]},
                ],
            }))
    out.mkdir(parents=True, exist_ok=True)
    for side, rows in sides.items():
        rows = [row for _, row in sorted(rows, key=lambda row: row[0][1:])]
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (out / f"{side}.jsonl").write_text(text)
        print(f"{out}/{side}.jsonl: {len(rows)} rows")
        if side == "train":
            prompts = [{"task": row["task"], "prompt": row["messages"][:1],
                        "answer": row["messages"][1]["content"]} for row in rows]
            (out / "prompts.jsonl").write_text(
                "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in prompts))


@functools.cache
def has_template(run):
    folder = Path(run.split("@")[0])
    return any(folder.glob("**/chat_template.jinja"))


def answer(program, run, question):
    command = [
        program, "generate", run, "--greedy", "--max-new", "48", "--json",
        "--prompt", f"\nQ: {question}\nA:",
    ]
    # A model that learned conversations saw them as its template writes them, without a beginning.
    if has_template(run):
        command.append("--no-bos")
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])["text"]


def score(run, out, program, count):
    rows = [json.loads(line) for line in (out / "heldout.jsonl").read_text().splitlines()]
    right, asked = 0, 0
    print("| task | right | of |\n|---|---|---|")
    for task in TASKS:
        own = [row for row in rows if row["task"] == task]
        own = own[:: max(1, len(own) // count)][:count]
        hits = 0
        for row in own:
            question, wanted = (message["content"] for message in row["messages"])
            said = answer(program, run, question)
            hits += said == " " + wanted
        print(f"| {task} | {hits} | {len(own)} |", flush=True)
        right, asked = right + hits, asked + len(own)
    print(f"| all | {right} | {asked} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("prepare")
    make.add_argument("folder", type=Path)
    ask = commands.add_parser("score")
    ask.add_argument("run")
    ask.add_argument("--nightjar", default=".build/release/nightjar")
    ask.add_argument("--rows", type=int, default=30, help="held-out rows of each task")
    for command in (make, ask):
        command.add_argument("--out", type=Path, default=Path("runs/induction"))
    arguments = parser.parse_args()
    if arguments.command == "prepare":
        prepare(arguments.folder, arguments.out)
    else:
        score(arguments.run, arguments.out, arguments.nightjar, arguments.rows)


if __name__ == "__main__":
    main()
