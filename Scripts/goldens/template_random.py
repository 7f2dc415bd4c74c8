"""Random templates from a grammar whose parts mostly fit each other."""

NUMBERS = ["i", "n", "f", "0", "1", "2", "-3", "7", "2.5", "0.1", "yes", "10", "1e3"]
TEXTS = ["s", "t", "u", "e", "q", "lines", "'a'", "'Ab c'", "''", "'x,y,,z'", "' é\\n'", "'12'", "'0'"]
LISTS = ["xs", "ys", "nested", "[]", "[1, 'a', none]", "(1, 2)", "range(4)", "d.keys()", "s.split()"]
DICTS = ["d", "ms[0]", "{}", "{'z': 1, 'a': [2]}", "dict(k=i)"]
OTHERS = ["nil", "none", "missing", "d.zz", "yes", "no", "ms"]


def pick(stream, *options):
    return stream.choice(options)


def number(stream, depth):
    if depth <= 0:
        return stream.choice(NUMBERS)
    a, b = number(stream, depth - 1), number(stream, depth - 1)
    x, l = text(stream, depth - 1), array(stream, depth - 1)
    return pick(
        stream, f"({a} + {b})", f"({a} - {b})", f"{a} * {b}", f"({a} / {b})", f"({a} // {b})",
        f"({a} % {b})", f"-({a})", f"({a})|abs", f"{l}|length", f"{x}|length", f"({x})|int",
        f"({a})|round", f"({a})|round({stream.randrange(-1, 3)})", f"({a})|int", f"({l})|sum",
        f"({x}).find({text(stream, 0)})", f"({x}).count({text(stream, 0)})", f"({l})|first",
        f"({x})|wordcount", f"({a} if {boolean(stream, depth - 1)} else {b})", f"({l})|max",
        f"({a}) ** 2", f"({x})|float", f"({l})[{stream.randrange(-3, 3)}]")


def text(stream, depth):
    if depth <= 0:
        return stream.choice(TEXTS)
    a, b = text(stream, depth - 1), text(stream, depth - 1)
    v, n, l = anything(stream, depth - 1), number(stream, depth - 1), array(stream, depth - 1)
    k = stream.randrange(-4, 6)
    small = text(stream, 0)
    return pick(
        stream, f"({a} + {b})", f"({a} ~ {v})", f"({a}) * {stream.randrange(3)}", f"({a})|upper",
        f"({a})|title", f"({a})|trim", f"({a}).strip({small})", f"({a}).replace({small}, {b})",
        f"({a})|replace({small}, 'R')", f"({l})|join({small})", f"({v})|string", f"({v})|tojson",
        f"({v})|tojson(indent={stream.randrange(3)})", f"({a})[{k}:]", f"({a})[:{k}]",
        f"({a})[::-1]", f"({a})[::{k}]", f"({a})|center({stream.randrange(20)})", f"({a})|reverse",
        f"({a})|indent({stream.randrange(5)})", f"({a}).zfill({stream.randrange(12)})",
        f"({a})|truncate({stream.randrange(3, 12)}, {stream.choice(['true', 'false'])}, '..', 0)",
        f"'%s-%r' % ({a}, {v})", f"'%{stream.choice(['', '+', '05', '-8'])}d' % ({n})",
        f"'%.{stream.randrange(4)}{stream.choice('feg')}' % ({n})",
        f"'{{:{stream.choice(['', '>9', '^7', '*<6'])}}}|'.format({a})",
        f"'{{0!r}} {{1}}'.format({v}, {n})", f"({a}).title()", f"({a})|capitalize",
        f"({a}).partition({small})[{stream.randrange(3)}]", f"({a}).lstrip()", f"({v})|default({b})",
        f"({a} if {boolean(stream, depth - 1)} else {b})", f"({a} or {b})", f"({a})|urlencode",
        f"({a})|wordwrap({stream.randrange(3, 9)})", f"({a}).swapcase()", f"({a})[{k}]",
        f"'{{:.{stream.randrange(1, 5)}{stream.choice(['', 'f', 'e', 'g', '%'])}}}'.format({n})",
        f"({a}).removeprefix({small})", f"({a}).split({small})[0]", f"({a}).rsplit(none, 1)[-1]")


def array(stream, depth):
    if depth <= 0:
        return stream.choice(LISTS)
    a, b = array(stream, depth - 1), array(stream, depth - 1)
    x, n, v = text(stream, depth - 1), number(stream, depth - 1), anything(stream, depth - 1)
    k = stream.randrange(-4, 6)
    return pick(
        stream, f"({a})|list + ({b})|list", f"[{n}, {x}, {v}]", f"({n}, {x})", f"({a})[{k}:]",
        f"({a})[::-1]", f"({a})|sort", f"({a})|unique|list", f"({a})|map('string')|list",
        f"({a})|select|list", f"({a})|reject('none')|list", f"({a})|reverse|list",
        f"({x}).split()", f"({x}).split(',')", f"({x})|list", f"({x}).splitlines()",
        f"({a})|batch({stream.randrange(1, 4)})|list", f"({a})|slice({stream.randrange(1, 4)})|list",
        f"({a})|map('default', {n})|list", f"({dictionary(stream, depth - 1)})|items|list",
        f"({dictionary(stream, depth - 1)})|dictsort", f"({a})|select('number')|list",
        f"ms|map(attribute={stream.choice(['_role', 'content', 'n', 'zz'])!r})|list",
        f"ms|selectattr('n', 'gt', {n})|map(attribute='role')|list", f"({a})[:{k}]",
        f"({a})|map('tojson')|list", f"({a})|list * 2")


def dictionary(stream, depth):
    if depth <= 0:
        return stream.choice(DICTS)
    v, w = anything(stream, depth - 1), anything(stream, depth - 1)
    return pick(
        stream, f"{{'a': {v}, 'b': {w}}}", f"{{{text(stream, 0)}: {v}, {number(stream, 0)}: {w}}}",
        f"dict(x={v}, y={w})", stream.choice(DICTS), f"dict({dictionary(stream, depth - 1)}, z={v})")


def boolean(stream, depth):
    if depth <= 0:
        return stream.choice(["yes", "no", "xs", "e", "nil", "missing", "i"])
    a, b = number(stream, depth - 1), number(stream, depth - 1)
    x, y, l = text(stream, depth - 1), text(stream, depth - 1), array(stream, depth - 1)
    v = anything(stream, depth - 1)
    p, q = boolean(stream, depth - 1), boolean(stream, depth - 1)
    test = stream.choice([
        "defined", "none", "string", "number", "mapping", "sequence", "iterable", "boolean",
        "integer", "float", "undefined", "true", "false", "lower", "upper", "callable"])
    return pick(
        stream, f"({a} < {b})", f"({a} == {b})", f"({a} >= {b})", f"({x} == {y})", f"({x} < {y})",
        f"({x} in {y})", f"({a} in {l})", f"({x} not in {l})", f"({p} and {q})", f"({p} or {q})",
        f"(not {p})", f"({v} is {test})", f"({v} is not {test})", f"({x}).startswith({y})",
        f"({a}) is odd", f"({x}).isalpha()", f"({v} == {v})", f"({a} < {b} <= {a})",
        f"({x}).isdigit()", f"({l} == {l})", f"({x}).endswith(({y}, 'a'))", f"({x}) is in {l}")


def anything(stream, depth):
    if stream.random() < 0.15:
        return stream.choice(OTHERS)
    return stream.choice([number, text, array, dictionary, boolean])(stream, depth)


def opening(stream):
    return stream.choice(["{%", "{%", "{%-", "{%+"])


def closing(stream):
    return stream.choice(["%}", "%}", "-%}", "+%}"])


def tag(stream, words):
    return f"{opening(stream)} {words} {closing(stream)}"


def output(stream, depth):
    return f"{stream.choice(['{{', '{{', '{{-'])} {anything(stream, depth)} {stream.choice(['}}', '}}', '-}}'])}"


def blank(stream):
    return stream.choice(["", "", " ", "\n", "  ", "\n  ", " x ", "y\n", "\n\n"])


def body(stream, depth, in_loop=False):
    pieces = [blank(stream)]
    for _ in range(stream.randrange(1, 4)):
        pieces.append(statement(stream, depth, in_loop))
        pieces.append(blank(stream))
    return "".join(pieces)


def statement(stream, depth, in_loop):
    kind = stream.randrange(16)
    if depth <= 0 or kind < 5:
        if in_loop and stream.random() < 0.4:
            names = ["index", "index0", "first", "last", "length", "revindex", "previtem", "nextitem"]
            return "{{ loop." + stream.choice(names) + " }}"
        return output(stream, stream.randrange(3))
    inner = lambda loop=in_loop: body(stream, depth - 1, loop)  # noqa: E731
    if kind < 8:
        items = stream.choice([array(stream, 1), array(stream, 2), "ms", text(stream, 0)])
        condition = f" if {boolean(stream, 1)}" if stream.random() < 0.2 else ""
        made = tag(stream, f"for x in {items}{condition}") + inner(True)
        if stream.random() < 0.25:
            word = stream.choice(["break", "continue"])
            made += tag(stream, f"if {boolean(stream, 1)}") + tag(stream, word) + tag(stream, "endif")
        if stream.random() < 0.25:
            made += tag(stream, "else") + inner()
        return made + tag(stream, "endfor")
    if kind < 11:
        made = tag(stream, f"if {boolean(stream, 2)}") + inner()
        if stream.random() < 0.4:
            made += tag(stream, f"elif {boolean(stream, 1)}") + inner()
        if stream.random() < 0.5:
            made += tag(stream, "else") + inner()
        return made + tag(stream, "endif")
    name = stream.choice(["x", "v", "w", "i", "s"])
    if kind == 11:
        return tag(stream, f"set {name} = {anything(stream, 2)}") + "{{ " + name + " }}"
    if kind == 12:
        return tag(stream, f"set {name}") + inner(False) + tag(stream, "endset") + "{{ " + name + "|length }}"
    if kind == 13:
        return (tag(stream, f"macro m(x, v={anything(stream, 1)})") + inner(False)
                + tag(stream, "endmacro") + "{{ m(" + anything(stream, 1) + ") }}")
    if kind == 14:
        return tag(stream, f"filter {stream.choice(['upper', 'trim', 'title'])}") + inner(False) + tag(stream, "endfilter")
    return stream.choice([
        "{# note #}", "{#- note -#}", "{% raw %} {{ x }} {% endraw %}",
        tag(stream, f"with x = {anything(stream, 1)}") + inner() + tag(stream, "endwith")])


def template(stream):
    if stream.random() < 0.5:
        return "{{ " + anything(stream, stream.randrange(1, 4)) + " }}"
    return body(stream, stream.randrange(1, 4))
