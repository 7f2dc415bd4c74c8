"""Makes the chat template goldens with Python's jinja2, set up as `transformers` sets it up.

    python Scripts/goldens/templates.py [FOLDER]
    python Scripts/goldens/templates.py --random SEED COUNT FILE

The first writes Tests/Goldens/templates: templates in the style of the published ones against
conversations, small cases over every statement, filter, test, method and operator, and a few
hundred random templates. The second writes as many random templates as asked for to one file,
which the test renders as well where NIGHTJAR_TEMPLATE_CASES names it.
"""

import datetime
import json
import random
import re
import sys
from pathlib import Path

import jinja2
import jinja2.ext
import jinja2.nodes
import jinja2.sandbox
import jinja2.utils

import template_cases
import template_conversations
import template_random
import template_styles

OUT = Path(__file__).resolve().parents[2] / "Tests" / "Goldens" / "templates"
NOW = datetime.datetime(2025, 3, 7, 14, 5, 9)


class Generation(jinja2.ext.Extension):
    """The tag whose body is remembered by where it stands in the output."""

    tags = {"generation"}
    active = None

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        call = self.call_method("_cover")
        return jinja2.nodes.CallBlock(call, [], [], body).set_lineno(line)

    def _cover(self, caller):
        text = caller()
        if Generation.active is not None:
            written, ranges = Generation.active
            start = sum(len(piece) for piece in written)
            if text:
                ranges.append((start, start + len(text)))
        return text


class PlainNamespace(jinja2.utils.Namespace):
    """A namespace without private names."""

    def __init__(*args, **kwargs):
        self, args = args[0], args[1:]
        values = dict(*args, **kwargs)
        for name in values:
            PlainNamespace.check(name)
        jinja2.utils.Namespace.__init__(self, values)

    def __setitem__(self, name, value):
        PlainNamespace.check(name)
        jinja2.utils.Namespace.__setitem__(self, name, value)

    @staticmethod
    def check(name):
        if isinstance(name, str) and name.startswith("_"):
            raise jinja2.exceptions.SecurityError("private name in a namespace")


def environment():
    made = jinja2.sandbox.ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True,
        extensions=[Generation, jinja2.ext.loopcontrols])

    def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(
            value, ensure_ascii=ensure_ascii, indent=indent, separators=separators,
            sort_keys=sort_keys)

    def raise_exception(message):
        raise jinja2.exceptions.TemplateError(message)

    made.filters["tojson"] = tojson
    made.globals["raise_exception"] = raise_exception
    made.globals["strftime_now"] = lambda format: NOW.strftime(format)
    made.globals["dict"] = lambda *args, **kwargs: dict(*args, **kwargs)
    made.globals["namespace"] = PlainNamespace
    return made


ENVIRONMENT = environment()


def expected(source, variables):
    """What the reference makes of a template: text and covered bytes, or the kind of error."""
    try:
        template = ENVIRONMENT.from_string(source)
    except (jinja2.TemplateSyntaxError, SyntaxError):
        return {"error": "syntax"}
    written, ranges = [], []
    Generation.active = (written, ranges)
    try:
        for piece in template.generate(**json.loads(json.dumps(variables))):
            written.append(piece)
        text = "".join(written)
    except jinja2.exceptions.SecurityError:
        return {"error": "security"}
    except jinja2.exceptions.UndefinedError:
        return {"error": "undefined"}
    except jinja2.exceptions.TemplateError as error:
        if type(error) is jinja2.exceptions.TemplateError:
            return {"error": "refused", "message": error.message or ""}
        return {"error": "failed"}
    except Exception:
        return {"error": "failed"}
    finally:
        Generation.active = None
    result = {"text": text}
    if ranges:
        result["generated"] = [
            [len(text[:start].encode()), len(text[:end].encode())] for start, end in ranges]
    return result


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    path.write_text(text + "\n", encoding="utf-8")
    print(f"{path.name}: {len(text.encode())} bytes")


def styles():
    made = []
    for name, source in template_styles.TEMPLATES.items():
        rows = [{"title": title, **expected(source, variables)}
                for title, variables in template_conversations.conversations()]
        made.append({"name": name, "source": source, "renderings": rows})
    return {"conversations": dict(template_conversations.conversations()), "templates": made}


def cases():
    variables = template_cases.VARIABLES
    return {
        "variables": variables,
        "cases": [{"source": source, **expected(source, variables)}
                  for source in template_cases.SOURCES],
    }


def randoms(seed, count):
    stream = random.Random(seed)
    rows = []
    while len(rows) < count:
        source = template_random.template(stream)
        row = {"source": source, **expected(source, template_cases.VARIABLES)}
        # Addresses differ each time, and whole numbers beyond 64 bits are refused on purpose.
        if not re.search(r" at 0x|\d{18}", row.get("text", "")):
            rows.append(row)
    return {"variables": template_cases.VARIABLES, "cases": rows}


if __name__ == "__main__":
    if sys.argv[1:2] == ["--random"]:
        write(Path(sys.argv[4]), randoms(int(sys.argv[2]), int(sys.argv[3])))
    else:
        out = Path(sys.argv[1]) if len(sys.argv) > 1 else OUT
        write(out / "styles.json", styles())
        write(out / "cases.json", cases())
        write(out / "random.json", randoms(7, 500))
