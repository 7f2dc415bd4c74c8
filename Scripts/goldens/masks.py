"""Makes the goldens of assistant masks with Hugging Face's `transformers`.

    python Scripts/goldens/masks.py

A small byte-level vocabulary with the tokens of chats, templates in a few published manners, and
conversations: what `apply_chat_template(..., return_assistant_tokens_mask=True)` makes of each. Only
templates that mark what is generated have such a mask there; the same templates without the marks
must come to it as well, which is left to the test.
"""

import json
import sys
from pathlib import Path

# A file beside this one has the library's name, and Python looks there first.
sys.path = [entry for entry in sys.path if Path(entry or ".").resolve() != Path(__file__).resolve().parent]

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers  # noqa: E402
from transformers import PreTrainedTokenizerFast  # noqa: E402

OUT = Path(__file__).resolve().parents[2] / "Tests" / "Goldens" / "conversations"

SPECIALS = [
    "<s>", "</s>", "<|im_start|>", "<|im_end|>", "<|start_header_id|>", "<|end_header_id|>",
    "<|eot_id|>", "<start_of_turn>", "<end_of_turn>", "[INST]", "[/INST]",
]

PROSE = [
    "The nightjar flies when the moon is up. It rests on open ground by day, and nobody sees it.",
    "What is the capital of France? The capital of France is Paris, and it lies on the Seine.",
    "user assistant system tool function name arguments call the weather in Paris please",
    "Answer in one word. One, two, three, four. It is 21 degrees.\n\nThank you.\n",
]

TEMPLATES = {
    # Turns in lines; calls as JSON between tags, tools in the system's turn.
    "lines": """\
{%- if tools %}{{ '<|im_start|>system\\n' }}{% for tool in tools %}{{ tool | tojson }}{{ '\\n' }}{% endfor %}{{ '<|im_end|>\\n' }}{% endif %}
{%- for m in messages %}
{{- '<|im_start|>' + m.role + '\\n' }}
{%- if m.role == 'assistant' %}
{%- generation %}
{{- m.content }}
{%- for call in m.tool_calls | default([]) %}{{ '<call>' + (call.function | tojson) + '</call>' }}{% endfor %}
{{- '<|im_end|>' }}
{%- endgeneration %}
{%- else %}
{{- m.content + '<|im_end|>' }}
{%- endif %}
{{- '\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}""",
    # Headers and trimmed contents.
    "headers": """\
{{- bos_token }}
{%- for m in messages %}
{{- '<|start_header_id|>' + m.role + '<|end_header_id|>\\n\\n' }}
{%- if m.role == 'assistant' %}{% generation %}{{ m.content | trim + '<|eot_id|>' }}{% endgeneration %}
{%- else %}{{ m.content | trim + '<|eot_id|>' }}{% endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}""",
    # No prompt of its own for the answer; turns must alternate.
    "instructions": """\
{{- bos_token }}
{%- for m in messages %}
{%- if m.role == 'assistant' %}{% generation %}{{ ' ' + m.content + eos_token }}{% endgeneration %}
{%- elif m.role == 'user' %}{{ '[INST] ' + m.content + ' [/INST]' }}
{%- else %}{{ raise_exception('only user and assistant') }}{% endif %}
{%- endfor %}""",
    # Another name for the assistant; the system's words lead the first question.
    "turns": """\
{{- bos_token }}
{%- set ns = namespace(lead='') %}
{%- for m in messages %}
{%- if m.role == 'system' %}{% set ns.lead = m.content + '\\n\\n' %}
{%- elif m.role == 'assistant' %}
{{- '<start_of_turn>model\\n' }}{% generation %}{{ m.content | trim }}{{ '<end_of_turn>' }}{% endgeneration %}{{ '\\n' }}
{%- else %}
{{- '<start_of_turn>user\\n' + ns.lead + m.content + '<end_of_turn>\\n' }}{% set ns.lead = '' %}
{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{% endif %}""",
}

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "The weather of a place.",
            "parameters": {"type": "object", "properties": {"place": {"type": "string"}}},
        },
    }
]


def said(*turns):
    return [{"role": role, "content": content} for role, content in turns]


CONVERSATIONS = {
    "one": (said(("user", "What is the capital of France?"), ("assistant", "Paris.")), None),
    "three": (
        said(
            ("user", "One?"), ("assistant", "Two, and 22.\n\nThree."), ("user", "  And\nthen? "),
            ("assistant", "It is Größe 夜鷹 🦉."), ("user", "Thank you."), ("assistant", "."),
        ),
        None,
    ),
    "system": (
        said(("system", "Answer in one word."), ("user", "The moon?"), ("assistant", "Up\n")),
        None,
    ),
    "open": (said(("user", "a"), ("assistant", "b"), ("user", "c")), None),
    "tools": (
        said(("user", "The weather in Paris?"))
        + [
            {
                "role": "assistant",
                "content": "",
                "tool_calls": [
                    {"type": "function", "function": {"name": "weather", "arguments": {"place": "Paris"}}}
                ],
            },
            {"role": "tool", "content": "21"},
            {"role": "assistant", "content": "It is 21 degrees."},
        ],
        TOOLS,
    ),
}


def vocabulary():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=420,
        special_tokens=[AddedToken(text, special=True, normalized=False) for text in SPECIALS],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(PROSE * 4, trainer)
    return tokenizer


def main():
    tokenizer = vocabulary()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>",
        additional_special_tokens=SPECIALS[2:],
    )
    cases = []
    for style, template in TEMPLATES.items():
        for name, (messages, tools) in CONVERSATIONS.items():
            if style != "lines" and tools:
                continue
            if style == "instructions" and messages[0]["role"] == "system":
                continue
            made = fast.apply_chat_template(
                messages, tools=tools, chat_template=template, tokenize=True, return_dict=True,
                return_assistant_tokens_mask=True,
            )
            cases.append({
                "style": style, "conversation": name,
                "row": json.dumps({"messages": messages, "tools": tools}, ensure_ascii=False),
                "ids": made["input_ids"], "mask": "".join(str(x) for x in made["assistant_masks"]),
            })
    OUT.mkdir(parents=True, exist_ok=True)
    golden = {"templates": TEMPLATES, "cases": cases}
    (OUT / "masks.json").write_text(json.dumps(golden, ensure_ascii=False, indent=1) + "\n")
    tokenizer.save(str(OUT / "tokenizer.json"), pretty=False)
    configuration = {
        "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "eos_token": "</s>",
        "chat_template": TEMPLATES["lines"],
    }
    (OUT / "tokenizer_config.json").write_text(json.dumps(configuration, indent=1) + "\n")
    print(f"{len(cases)} cases")


if __name__ == "__main__":
    main()
