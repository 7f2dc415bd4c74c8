"""Specialising without forgetting: one base model, five ways into a domain, one task, one table.

    python3 Scripts/experiments/domain.py DATA [--quick] [--out runs/domain] [--nightjar PROGRAM]

DATA holds `text/` (categories of text, of which `science` is the domain and the others are general),
`classify/naics/entries.jsonl` (descriptions of business activities with their code in a tree of five
levels), `instruct/selfinstruct` and `reason/arithmetic`. A base model is trained on the general
categories through its stages (`Scripts/experiments/domain/base.lua`), then every arm reads the same
domain text in the same number of updates, alone or blended with replay, from `post`, `mid` or `pre`
(`adapt.lua`), and is fine-tuned on the task in the same way (`tune.lua`), with the best of three
learning rates by validation: once on the task alone, once with a quarter of replay. Then all are
asked the same (`measure.lua`). Beside them stands a linear classifier over TF-IDF (scikit-learn;
without it that row is left out).

Every step leaves a folder, and one that is there is not made again. The table is written to
OUT/report.md, with every number in OUT/report.json. On two cores the whole takes under two hours,
`--quick` under ten minutes.
"""

import argparse
import hashlib
import json
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
RECIPES = HERE / "domain"
GENERAL = ["encyclopedic", "fiction", "legal", "math", "shakespeare"]
LEVELS = 5

# Which stage an arm enters at, and whether replay is blended in; nothing for the arm without domain text.
ARMS = {
    "base": None,
    "domain only from post": ("post", False),
    "mixed from post": ("post", True),
    "mixed from mid": ("mid", True),
    "mixed from pre": ("pre", True),
}
# How every arm is fine-tuned: on the task alone, or with a quarter of the rows from general replay.
TUNINGS = {"the task alone": False, "the task with a quarter of replay": True}

SIZES = {
    "full": {"base": 1500, "post": 150, "adapt": 240, "tune": 500, "seeds": [1, 2, 3],
             "rates": [1e-3, 2e-3, 4e-3], "test": None},
    "quick": {"base": 120, "post": 20, "adapt": 24, "tune": 60, "seeds": [1], "rates": [2e-3],
              "test": 300},
}


def share(text):
    """A place from 0 to below 1 that the text alone decides."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") / 2**48


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def paragraphs(text, most=4000):
    """Pieces of a long text, cut between paragraphs."""
    piece = ""
    for paragraph in text.split("\n\n"):
        if piece and len(piece) + len(paragraph) > most:
            yield piece
            piece = ""
        piece += ("\n\n" if piece else "") + paragraph
    if piece.strip():
        yield piece


def documents(folder):
    for path in sorted(folder.iterdir()):
        if path.suffix == ".txt":
            yield from paragraphs(path.read_text())
        elif path.suffix == ".jsonl":
            for line in path.read_text().splitlines():
                yield from paragraphs(json.loads(line)["text"])


def exchange(question, answer):
    """A row that the chat template writes, in training as where a model is asked."""
    return {"messages": [{"role": "user", "content": question},
                         {"role": "assistant", "content": answer}]}


def prepare(data, out, size):
    """Training and held-out text by category, and the task's rows on three sides."""
    if (out / "labels.jsonl").exists():
        return
    for category in GENERAL + ["science"]:
        sides = {"train": [], "heldout": []}
        for text in documents(data / "text" / category):
            sides["heldout" if share(text) < 0.05 else "train"].append({"text": text})
        for side, rows in sides.items():
            write(out / side / f"{category}.jsonl", rows)
    rows = [json.loads(line) for line in (data / "classify/naics/entries.jsonl").open()]
    labels, sides, seen = {}, {"train": [], "validation": [], "test": []}, set()
    for row in rows:
        if row["text"] in seen or len(row["path"]) != LEVELS:
            continue
        seen.add(row["text"])
        place = share(row["text"])
        side = "test" if place < 0.1 else "validation" if place < 0.2 else "train"
        sides[side].append(row)
        labels.setdefault(row["code"], row["path"])
    write(out / "train/naics.jsonl",
          [exchange(row["text"], row["code"]) for row in sides["train"]])
    write(out / "train/naics-rows.jsonl", sides["train"])
    write(out / "heldout/naics-validation.jsonl", sides["validation"][: size["test"]])
    write(out / "heldout/naics-test.jsonl", sides["test"][: size["test"]])
    instruct = []
    for line in (data / "instruct/selfinstruct/seed_tasks.jsonl").open():
        task = json.loads(line)
        for case in task["instances"]:
            prompt = task["instruction"] + ("\n" + case["input"] if case["input"] else "")
            if len(prompt) + len(case["output"]) < 700 and case["output"].strip():
                instruct.append(exchange(prompt, case["output"].strip()))
    write(out / "train/instruct.jsonl", instruct)
    sums = [json.loads(line) for line in (data / "reason/arithmetic/basic_arithmetic.jsonl").open()]
    write(out / "heldout/arithmetic.jsonl", [
        {"question": row["question"], "choices": row["choices"]["text"],
         "answer": row["choices"]["label"].index(row["answerKey"])} for row in sums])
    write(out / "labels.jsonl",
          [{"text": "", "code": code, "path": path} for code, path in sorted(labels.items())])
    print(f"naics: {', '.join(f'{len(rows)} {side}' for side, rows in sides.items())} rows, "
          f"{len(labels)} leaves")


class Nightjar:
    def __init__(self, program, out):
        self.program, self.out = program, out

    def call(self, *arguments, json_output=False):
        done = subprocess.run([self.program, *map(str, arguments)], text=True,
                              stdout=subprocess.PIPE if json_output else subprocess.DEVNULL,
                              stderr=subprocess.PIPE)
        if done.returncode != 0:
            sys.exit(f"nightjar {' '.join(map(str, arguments))}\n{done.stderr}")
        return json.loads(done.stdout) if json_output else None

    def train(self, recipe, folder, **settings):
        """Trains a run; one that is finished is left as it is, one that was broken off goes on."""
        folder = self.out / folder
        done = folder / "done"
        if done.exists():
            return str(folder)
        start = time.monotonic()
        sets = [f"--set={key}={value}" for key, value in settings.items()]
        resume = ["--resume"] if (folder / "recipe.lua").exists() else []
        self.call("train", RECIPES / f"{recipe}.lua", f"--set=out={folder}", *sets, *resume)
        self.note(folder.name, start)
        done.touch()
        return str(folder)

    def note(self, what, start):
        """Keeps what a step took, beside the steps of earlier calls."""
        seconds = time.monotonic() - start
        print(f"  {what}: {seconds:.0f} s", flush=True)
        with (self.out / "seconds.jsonl").open("a") as file:
            file.write(json.dumps({"step": what, "seconds": round(seconds, 1)}) + "\n")

    def seconds(self):
        return sum(json.loads(line)["seconds"] for line in (self.out / "seconds.jsonl").open())

    def ask(self, model, *probes, validation=False):
        """What a model's probes come to, with the draws behind their intervals."""
        name = model.replace("/", "-").replace("@", "-") + ("-validation" if validation else "")
        kept = self.out / "answers" / f"{name}-{'-'.join(probes)}.json"
        if not kept.exists():
            start = time.monotonic()
            rows = self.out.resolve() / "heldout/naics-validation.jsonl"
            sets = [f"--set=probes.naics.path={rows}"]
            found = self.call(
                "eval", model, "--recipe", RECIPES / "measure.lua", "--json", "--draws",
                *[f"--probe={probe}" for probe in probes], *(sets if validation else []),
                json_output=True)
            kept.parent.mkdir(exist_ok=True)
            kept.write_text(json.dumps(found["probes"]))
            self.note(f"asking {name}", start)
        return json.loads(kept.read_text())


def adapt(nightjar, arm, size, seed):
    """The model that an arm fine-tunes: the base's own, or one that read the domain's text."""
    if ARMS[arm] is None:
        return f"{nightjar.out}/post"
    stage, mixed = ARMS[arm]
    start = f"{nightjar.out}/post" if stage == "post" else f"{nightjar.out}/base@{stage}"
    rows = 32 if mixed else 16
    name = f"adapt-{stage}-{'mixed' if mixed else 'alone'}-{seed}"
    return nightjar.train(
        "adapt", name, **{
            "model.from": start, "seed": seed, "steps": size["adapt"], "batch.size": rows,
            "data.science.percent": 50 if mixed else 100,
            # The rate that a stage was left at: the peak at `pre`, little at the others.
            "optimizer.lr": 2e-3 if stage == "pre" else 1e-3})


def tune(nightjar, arm, replay, size, seed, rate, adapted):
    name = f"tune-{arm.replace(' ', '-')}{'-replay' if replay else ''}-{seed}-{rate:g}"
    return nightjar.train(
        "tune", name, **{
            "model.from": adapted, "seed": seed, "steps": size["tune"], "optimizer.lr": rate,
            "batch.size": 20 if replay else 16, "data.naics.percent": 75 if replay else 100})


def run_arm(nightjar, arm, replay, size):
    """Every seed of an arm, at the rate that the first seed's validation chose."""
    first = size["seeds"][0]
    adapted = {seed: adapt(nightjar, arm, size, seed) for seed in size["seeds"]}
    scored = {}
    for rate in size["rates"]:
        run = tune(nightjar, arm, replay, size, first, rate, adapted[first])
        scored[rate] = nightjar.ask(run, "naics", validation=True)["naics"]["macro_f1"]
    best = max(scored, key=scored.get)
    answers = []
    for seed in size["seeds"]:
        run = tune(nightjar, arm, replay, size, seed, best, adapted[seed])
        answer = nightjar.ask(run, "general", "science", "arithmetic", "naics")
        answer["adapted"] = nightjar.ask(adapted[seed], "general", "science")
        answers.append(answer)
    return {"rate": best, "validation": scored, "seeds": answers}


def linear(out):
    """A linear classifier over TF-IDF of words and their pairs."""
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.metrics import f1_score
        from sklearn.svm import LinearSVC
    except ImportError:
        print("scikit-learn is not installed; its row is left out")
        return None
    def read(path):
        return [json.loads(line) for line in (out / path).open()]
    train, test = read("train/naics-rows.jsonl"), read("heldout/naics-test.jsonl")
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    model = LinearSVC(C=1.0).fit(
        words.fit_transform(row["text"] for row in train), [row["code"] for row in train])
    said = model.predict(words.transform(row["text"] for row in test))
    places = {row["code"]: row["path"] for row in train + test}
    scores = {}
    for level in range(LEVELS):
        right = [row["path"][level] for row in test]
        scores[f"macro_f1/level_{level + 1}"] = f1_score(
            right, [places[code][level] for code in said], average="macro")
    scores["macro_f1"] = scores[f"macro_f1/level_{LEVELS}"]
    return scores


def draws(answers, path):
    """The mean over seeds of what a number comes to, draw by draw."""
    lists = []
    for answer in answers:
        for key in path[:-1]:
            answer = answer[key]
        lists.append(answer[path[-1] + "_draws"])
    return [statistics.fmean(values) for values in zip(*lists)]


def mean(answers, path):
    values = []
    for answer in answers:
        for key in path:
            answer = answer[key]
        values.append(answer)
    return statistics.fmean(values)


def interval(values):
    values = sorted(values)
    return values[int(0.025 * len(values))], values[int(0.975 * len(values)) - 1]


def general_change(answers, start, path=()):
    """How far general bits a byte are from the start's, in percent, with a paired interval."""
    key = ["general", "bits_per_byte"]
    first = start["general"]["bits_per_byte"]
    pairs = zip(draws(answers, [*path, *key]), draws([start], key))
    low, high = interval([100 * (after / before - 1) for after, before in pairs])
    return (f"{100 * (mean(answers, [*path, *key]) / first - 1):+.1f} % "
            f"({low:+.1f} to {high:+.1f})")


def f1_change(answers, base):
    """How far leaf F1 is from the base's, with a paired interval."""
    key = ["naics", "macro_f1"]
    first, f1 = mean(base, key), mean(answers, key)
    low, high = interval([a - b for a, b in zip(draws(answers, key), draws(base, key))])
    # Nothing is a share of nothing.
    change = f"{100 * (f1 / first - 1):+.0f} % " if first > 0 else ""
    return f"{change}{f1 - first:+.3f} ({low:+.3f} to {high:+.3f})"


def report(tunings, start, baseline, size, minutes, out):
    lines = []
    for tuning, arms in tunings.items():
        base = arms["base"]["seeds"]
        lines += [
            f"Fine-tuned on {tuning}:", "",
            "| arm | leaf F1 | change from base | sector F1 | general bits/byte | after the domain's "
            "text | after tuning | science | arithmetic | rate |",
            "|---|---|---|---|---|---|---|---|---|---|",
            f"| the start, `post` | | | | {start['general']['bits_per_byte']:.3f} | | "
            f"| {start['science']['bits_per_byte']:.3f} | {start['arithmetic']['accuracy']:.3f} | |",
        ]
        for arm, found in arms.items():
            seeds = found["seeds"]
            low, high = interval(draws(seeds, ["naics", "macro_f1"]))
            lines.append(
                f"| {arm} | {mean(seeds, ['naics', 'macro_f1']):.3f} ({low:.3f} to {high:.3f}) "
                f"| {'' if arm == 'base' else f1_change(seeds, base)} "
                f"| {mean(seeds, ['naics', 'macro_f1/level_1']):.3f} "
                f"| {mean(seeds, ['general', 'bits_per_byte']):.3f} "
                f"| {'' if arm == 'base' else general_change(seeds, start, ['adapted'])} "
                f"| {general_change(seeds, start)} "
                f"| {mean(seeds, ['science', 'bits_per_byte']):.3f} "
                f"| {mean(seeds, ['arithmetic', 'accuracy']):.3f} | {found['rate']:g} |")
        if baseline:
            lines.append(f"| TF-IDF and a linear classifier | {baseline['macro_f1']:.3f} | "
                         f"| {baseline['macro_f1/level_1']:.3f} | | | | | | |")
        lines += [
            "", "F1 by level, from the sector to the leaf, and general bits a byte by category:", "",
            "| arm | " + " | ".join(f"level {level}" for level in range(1, LEVELS + 1)) + " | "
            + " | ".join(GENERAL) + " |", "|---|" + "---|" * (LEVELS + len(GENERAL))]
        for arm, found in arms.items():
            levels = [mean(found["seeds"], ["naics", f"macro_f1/level_{level}"])
                      for level in range(1, LEVELS + 1)]
            losses = [mean(found["seeds"], ["general", f"bits_per_byte/held_{category}"])
                      for category in GENERAL]
            lines.append(
                f"| {arm} | " + " | ".join(f"{value:.3f}" for value in levels + losses) + " |")
        lines.append("")
    lines.append(f"Seeds: {len(size['seeds'])}. What stands in this folder was made in {minutes:.0f} minutes.")
    (out / "report.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--quick", action="store_true", help="small, in under ten minutes")
    parser.add_argument("--out", type=Path, default=Path("runs/domain"))
    parser.add_argument("--nightjar", default=".build/release/nightjar")
    options = parser.parse_args()
    if options.out != Path("runs/domain"):
        sys.exit("the recipes read runs/domain; call this from another folder to write elsewhere")
    size = SIZES["quick" if options.quick else "full"]
    random.seed(0)
    out = options.out
    prepare(options.data, out, size)
    nightjar = Nightjar(options.nightjar, out)
    if not (out / "tokenizer/tokenizer.json").exists():
        nightjar.call("tokenize", "train", out / "train", "--vocab-size", 4096, "--out",
                      out / "tokenizer")
    nightjar.train("base", "base", steps=size["base"])
    nightjar.train("align", "post", steps=size["post"])
    start = nightjar.ask(f"{out}/post", "general", "science", "arithmetic")
    tunings = {}
    for tuning, replay in TUNINGS.items():
        tunings[tuning] = {}
        for arm in ARMS:
            print(f"{arm}, {tuning}", flush=True)
            tunings[tuning][arm] = run_arm(nightjar, arm, replay, size)
    baseline = linear(out)
    slim = json.loads(json.dumps({"start": start, "tunings": tunings, "baseline": baseline}),
                      object_hook=lambda found: {
                          key: value for key, value in found.items() if not key.endswith("_draws")})
    (out / "report.json").write_text(json.dumps(slim, indent=2) + "\n")
    report(tunings, start, baseline, size, nightjar.seconds() / 60, out)


if __name__ == "__main__":
    main()
