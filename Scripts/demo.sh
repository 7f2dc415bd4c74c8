#!/usr/bin/env bash
# From a fresh machine with a Swift toolchain to a small model that talks.
#
#     Scripts/demo.sh                  Debian's free text, about two minutes of training
#     Scripts/demo.sh --text FOLDER    your own text (.txt, .jsonl); subfolders are categories
#     Scripts/demo.sh --steps N        as many steps as you say
#     Scripts/demo.sh --fresh          forgets the earlier run first
#
# Everything it writes is below runs/. Stop it with Ctrl-C when you like: the next call goes on where
# it stopped, without doing twice what is done. Exit codes are those of `nightjar`.
set -euo pipefail

usage() {
    sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "$0"
    exit "$1"
}

fail() {
    echo "${red}error:${plain} $1" >&2
    exit "${2:-2}"
}

# Colours on a terminal only, and not where NO_COLOR is set.
bold='' dim='' red='' plain=''
if [[ -t 1 && -n ${TERM:-} && $TERM != dumb && -z ${NO_COLOR:-} ]]; then
    bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' plain=$'\e[0m'
fi
step() { printf '%s%s%s%s\n' "$bold" "$1" "$plain" "${2:+  $dim$2$plain}"; }

text='' steps='' fresh=''
while (($#)); do
    case $1 in
        --text | --steps)
            (($# > 1)) || fail "$1 wants a value; see Scripts/demo.sh --help"
            if [[ $1 == --text ]]; then text=$2; else steps=$2; fi
            shift
            ;;
        --fresh) fresh=yes ;;
        -h | --help) usage 0 ;;
        *) fail "unknown argument $1; see Scripts/demo.sh --help" ;;
    esac
    shift
done
[[ -z $steps || $steps =~ ^[1-9][0-9]*$ ]] || fail "--steps is \"$steps\"; give a whole number"
if [[ -n $text ]]; then
    [[ -d $text ]] || fail "there is no folder $text"
    text=$(cd "$text" && pwd)
fi

cd "$(dirname "$0")/.."
if [[ -n $text ]]; then
    name=text recipe=runs/text-data/recipe.lua data=runs/text-data prompts=('')
else
    name=demo recipe=Scripts/recipes/demo.lua data=runs/demo-data
    prompts=($'And the LORD said unto Moses' $'operating system\n<' $'How do I')
fi
run=runs/$name
again="Scripts/demo.sh${text:+ --text $(printf %q "$text")}"
nightjar=.build/release/nightjar

install_packages() {
    step packages
    command -v swift >/dev/null ||
        fail "there is no swift in PATH; install Swift 6.2 or newer from https://swift.org"
    local needed=(build)
    [[ -n $text ]] || needed+=(python3)
    Scripts/install.sh "${needed[@]}"
    if [[ -z $text ]] && ! command -v apt-get >/dev/null; then
        fail "the demo's text comes from Debian's packages; here, give your own with --text FOLDER"
    fi
}

# Builds when a source is newer than the program, or the program is not the one built here: test
# builds put theirs in the same place.
build() {
    local stamp=.build/demo-build
    if [[ -x $nightjar && -r $stamp && $(<"$stamp") == "$(cksum <"$nightjar")" ]] &&
        [[ -z $(find Package.swift Sources -newer "$stamp" -print -quit) ]]; then
        step build "up to date"
        return
    fi
    step build "a few minutes the first time"
    swift build -c release --product nightjar || fail "the build failed; its messages stand above" 1
    cksum <"$nightjar" >"$stamp"
}

prepare_text() {
    if [[ -n $text ]]; then
        step text "$text"
        write_recipe
    elif [[ -f $data/SOURCES.md ]]; then
        step text "$data"
    else
        step text
        python3 Scripts/corpus "$data"
    fi
    if [[ -f $data/tokenizer.json ]]; then
        step tokenizer "$data/tokenizer.json"
    else
        step tokenizer
        "$nightjar" tokenize train "${text:-$data}" --vocab-size 4096 --out "$data"
    fi
}

quoted() { printf '"%s"' "$(sed 's/[\\"]/\\&/g' <<<"$1")"; }

has_text() { [[ -n $(find "$@" -type f \( -name '*.txt' -o -name '*.jsonl' \) -print -quit) ]]; }

# The model of Scripts/recipes/demo.lua on somebody's own text.
write_recipe() {
    local folder split=''
    local -a categories=()
    local first="-- text: $text"
    if [[ -f $recipe ]]; then
        [[ $(head -n 1 "$recipe") == "$first" ]] ||
            fail "$run and $data belong to other text; --fresh removes them"
        return
    fi
    has_text "$text" || fail "there is no .txt or .jsonl file in $text"
    # Text outside of subfolders belongs to no category, so then all of it is one.
    if ! has_text "$text" -maxdepth 1; then
        for folder in "$text"/*/; do
            if has_text "$folder"; then categories+=("${folder%/}"); fi
        done
    fi
    # A paragraph is a document, so that a single book has some to hold out; JSON has its own.
    [[ -n $(find "$text" -name '*.jsonl' -print -quit) ]] || split=', split = "blank_line"'
    mkdir -p "$data"
    {
        cat <<LUA
$first
--
-- The model of Scripts/recipes/demo.lua on your own text. Scripts/demo.sh --text wrote it once and
-- leaves it alone from then on: it is yours to change.
local nj = require "nightjar"

return nj.recipe {
  name = "text",
  model = nj.model.init {
    model_type = "llama", hidden_size = 256, intermediate_size = 688, num_hidden_layers = 6,
    num_attention_heads = 4, num_key_value_heads = 2, max_position_embeddings = 512,
    tie_word_embeddings = true,
  },
  tokenizer = "tokenizer.json",
LUA
        if ((${#categories[@]} > 1)); then
            echo "  -- A category's weight is its size in KiB; change it to hear more of one."
            echo "  data = nj.data.mix {"
            for folder in "${categories[@]}"; do
                printf '    [%s] = { weight = %s, nj.data.folder { path = %s%s } },\n' \
                    "$(quoted "${folder##*/}")" "$(du -sk --apparent-size "$folder" | cut -f1)" \
                    "$(quoted "$folder")" "$split"
            done
            echo "  },"
        else
            echo "  data = nj.data.folder { path = $(quoted "$text")$split },"
        fi
        cat <<LUA
  sequence_length = 256,
  batch = { size = 4 },
  steps = 400,
  optimizer = nj.optim.adamw { lr = 2e-3, beta2 = 0.95, weight_decay = 0.1 },
  schedule = nj.schedule.wsd { warmup_share = 0.05, decay_share = 0.2 },
  evaluate = { every_steps = 100, batches = 16 },
  checkpoint = { every_steps = 100 },
}
LUA
    } >"$recipe.part"
    mv "$recipe.part" "$recipe"
}

# field NAME: a number from JSON on standard input, the last one of that name.
field() { sed -n "s/.*\"$1\" *: *\([-0-9.eE+]*\).*/\1/p" | tail -n 1; }

# A run under way keeps its length. A new one is about two minutes long, on any machine.
choose_steps() {
    [[ -z $steps ]] || return 0
    if [[ -f $run/resolved.json ]]; then
        steps=$(field steps <"$run/resolved.json")
        return
    fi
    local plan fitting
    plan=$("$nightjar" check "$recipe" --json)
    steps=$(field total_steps <<<"$plan")
    fitting=$(awk -v n="$steps" -v s="$(field seconds <<<"$plan")" 'BEGIN {
        if (s >= 90 && s <= 150) { print n; exit }
        n = int(n * 120 / s / 50) * 50
        print (n < 100 ? 100 : n > 3000 ? 3000 : n) }')
    if [[ $fitting != "$steps" ]]; then
        printf '%.0f tokens a second expected here, so %s steps instead of %s\n' \
            "$(field tokens_per_second <<<"$plan")" "$fitting" "$steps"
        steps=$fitting
    fi
}

train() {
    local arguments=("$recipe" --json) summary code=0
    choose_steps
    arguments+=(--set "steps=$steps")
    if [[ -f $run/events.jsonl ]]; then
        step training "$run goes on; --fresh starts over"
        arguments+=(--resume)
    else
        step training "Ctrl-C saves and stops"
    fi
    # Ctrl-C is for nightjar, which saves; this script then sees its exit code.
    trap : INT
    summary=$("$nightjar" train "${arguments[@]}") || code=$?
    trap - INT
    if ((code == 130)); then
        echo "Stopped and saved. $again goes on from there."
    fi
    ((code == 0)) || exit "$code"
    echo "$run/checkpoints/$(sed -n 's/.*"checkpoint":"\([^"]*\)".*/\1/p' <<<"$summary")"
}

# The first and the last held-out loss of the run, however often it was stopped.
compare() {
    local losses
    losses=$(grep '"eval_loss"' "$run/metrics.jsonl" || true)
    [[ -n $losses ]] || return 0
    step "held-out loss" "on text that the model never saw"
    show_loss before "$(head -n 1 <<<"$losses")" ''
    show_loss after "$(tail -n 1 <<<"$losses")" "$bold"
}

show_loss() {
    printf '  %-6s  %s%.4f%s  %.4f bits per byte\n' "$1" "$3" "$(field eval_loss <<<"$2")" "$plain" \
        "$(field eval_bits_per_byte <<<"$2")"
}

sample() {
    step samples "$name at step $steps"
    local index
    for index in "${!prompts[@]}"; do
        "$nightjar" generate "$run" --prompt "${prompts[index]}" --seed "$index" --max-new 80 \
            --temperature 0.7 --top-p 0.95 | fold -s -w 76 | sed "s/^/  /"
        echo
    done
}

show_next() {
    step next
    hint "$nightjar generate $run --prompt 'A compiler is' --samples 3"
    hint "$again --steps $((steps * 2))" "trains on, to twice the length"
    hint "$nightjar check $recipe" "what a recipe comes to"
    hint "$nightjar train $recipe --set name=$name-2 --set seed=2" "a run of its own"
    hint "$nightjar --help"
}

hint() { printf '  %s%s\n' "$1" "${2:+  $dim$2$plain}"; }

install_packages
build
if [[ -n $fresh ]]; then
    rm -rf "$run"
    # Somebody's text may be another one now; Debian's is the same.
    if [[ -n $text ]]; then rm -rf "$data"; fi
fi
prepare_text
train
compare
sample
show_next
