"""Small templates that walk over every statement, filter, test, method and operator."""

import re

VARIABLES = {
    "i": 3, "n": -7, "f": 2.5, "s": "Hello World", "t": "  padded\n", "u": "Größe 夜鷹 \U0001F319",
    "e": "", "yes": True, "no": False, "nil": None, "xs": [3, 1, 2], "ys": ["b", "A", "c", "a"],
    "nested": [[1, [2]], [3, []]], "big": 9007199254740993,
    "d": {"a": 1, "b": [1, 2], "items": 9, "k y": "v"},
    "ms": [{"role": "user", "content": "hi", "n": 2}, {"role": "assistant", "content": "Yo", "n": 1},
           {"role": "user", "content": "", "n": 3}],
    "tree": [{"v": 1, "c": [{"v": 2, "c": []}, {"v": 3, "c": [{"v": 4, "c": []}]}]}],
    "lines": "one\ntwo\r\n\nfour", "q": "it's \"so\"",
}

EXPRESSIONS = """
1 + 2|3 - 5|7 // 2|-7 // 2|7 // -2|-7 % 3|7 % -3|7 / 2|6 / 3|2 ** 10|2 ** -1|2 ** 3 ** 2|-2 ** 2|2 ** 0.5
7.5 // 2|-7.5 // 2|-7.5 % 2|7.5 % -2|0.0 // -1|1e16|1e15|123456789012345678.0|0.1 + 0.2|1e-5|0.0001|1.5e300 * 1e10|1e22|5e-324
1 / 0|1 // 0|1 % 0|1.0 / 0|0 ** -1|1_000 + 0x1F + 0b101 + 0o17|1_0.5_0|1e1_0|yes + yes|-yes|+no|no * 3|yes / 2
'a' + 'b'|'a' * 3|3 * 'ab'|'a' * -1|[1] + [2]|[1, 2] * 2|(1,) + (2,)|(1, 2) * 2|'a' + 1|1 + 'a'|[1] + (2,)|nil + 1|{} + {}|'a' - 'b'
'%s and %s' % (1, 'x')|'%d%%' % 50|'%5.2f|' % f|'%-5s|' % 'a'|'%05d' % n|'%+d' % 3|'%x %X %o' % (255, 255, 8)|'%#x' % 255|'%e' % 12345.678|'%g' % 0.00001234|'%g' % 1e6|'%r' % 'a'|'%(a)s' % d|'%s' % xs|'%c' % 65|'%s %s' % 1|'%s' % (1, 2)|'%d' % 'a'|'%.3s|' % 'abcdef'|'%*d' % (5, 3)|'%q' % 1|'%' % ()|'a' % ()|'a' % 1|'a' % d|'a' % xs|'%i' % 3.7|'%a' % u
1 < 2 < 3|1 < 3 < 2|3 > 2 >= 2|1 == 1.0|1 == yes|'a' < 'b'|[1, 2] < [1, 3]|(1, 2) < (1,)|1 < 'a'|nil < 1|nil == nil|'é' == 'é'|{'a': 1} == {'a': 1.0}|{'a': 1, 'b': 2} == {'b': 2, 'a': 1}|[1] == (1,)|big == 9007199254740992.0|big > 9007199254740992.0|1 != 2 != 1
1 in xs|9 in xs|9 not in xs|'ell' in s|'' in s|'a' in d|'zz' in d|1 in 'abc'|1 in 5|1 in missing|missing in xs|[1] in [[1]]|1.0 in xs|'x' in range(3)|2 in range(3)|[] in d|nil in [nil]|not 1 in xs|('a', 1) in d.items()|1 in d.values()|'a' in d.keys()
1 and 2|0 and 2|0 or 'x'|'' or nil or 0|not 1|not ''|not not xs|1 or missing.x|0 and missing.x|not nil == nil|nil and 1|e or 'empty'
'a' ~ 1 ~ nil ~ yes|1 ~ 2 + 3|'x' ~ xs ~ d|'a' ~ missing ~ 'b'|2 * 3 ~ 4|f ~ ''
1 if yes else 2|1 if no else 2|1 if no|(1 if no) is defined|1 if no else 2 if no else 3|'a' if xs|x if x is defined else 'none'|(missing if yes else 1) is undefined
[1, 2.0, 'a', nil, yes, [], {}, ()]|(1,)|()|(1, 2)|{'a': 1, 2: 'b', nil: 3, 1.5: (), yes: 0}|{'a': 1, 'a': 2}|{1: 'a', 1.0: 'b', yes: 'c'}|[1, 2,]|(1, 2,)|{'a': 1,}|{[]: 1}|{(1, 2): 3}|{([],): 1}|{missing: 1}|1, 2|(1)|[[[]]]|[missing]
s[0]|s[-1]|s[99]|s[1:4]|s[::-1]|s[::2]|s[-3:]|s[:-3]|s[5:2]|s[4:1:-1]|s[::0]|u[2]|u[-1]|u[5:]|u[::-1]|xs[0]|xs[-1]|xs[5]|xs[5] is defined|xs[1:]|xs[::-1]|xs[:99]|xs[-99:2]|(1, 2, 3)[1:]|range(10)[2:8:2]|range(5)[-1]|xs['a']|xs[1.0]|xs[yes]|d['a']|d['zz']|d.a|d['items']|d['k y']|d.zz|d.b[1]|d.b.1|xs.0|xs.1|nil.x|nil['x']|missing.x|missing['x']|missing[0]|d[xs]|d[1:2]|nil[1:]|i[0]|i.x|missing[1:]|ms[0].role|ms[-1]['n']|'abc'.0|d[nil]|xs[nil:2]|xs['0']|s['upper']()|d['keys']()|s[big]
q|q.__class__|q.__class__ is defined|q.__class__.x|xs.append|xs.append(1)|d.update({})|d.pop('a')|d.pop is defined|d._x|d['__class__']|s.nosuch|s.nosuch()|i()|nil()|'a'()|missing()|attr
s.upper()|s.lower()|s.title()|s.capitalize()|s.swapcase()|"it's o'clock x1y".title()|'ÉCOLE ßtraße'.lower()|'straße ŉ ǆ'.upper()|'ΑΣ ΑΣΑ Σ'.lower()|'ß'.capitalize()|'ǆa'.title()|'ÀÉ'.casefold()|'ß'.casefold()|'ıİſ'.casefold()
t.strip()|t.lstrip()|t.rstrip()|'xxaxx'.strip('x')|'xyaxy'.lstrip('xy')|'abc'.rstrip('c')|'abc'.strip('')|'a'.strip(nil)|'a'.strip(1)|'\u00a0a\u2003'.strip()|'\u200ba'.strip()
'a,b,,c'.split(',')|'a,b,,c'.split(',', 1)|' a  b c '.split()|' a  b c '.split(nil, 1)|' a  b c '.rsplit(nil, 1)|'a,b,c'.rsplit(',', 1)|'abc'.split('')|''.split()|''.split(',')|'aXbX'.split('X')|'a,b'.split(sep=',')|'a b'.split(maxsplit=0)|'abc'.split(1)|'aaa'.split('aa')|'aaa'.rsplit('aa')|'a--b'.split('-')[-1]
lines.splitlines()|lines.splitlines(yes)|'a\x0bb\x0cc\x1cd\x85e\u2028f'.splitlines()|''.splitlines()|'\n'.splitlines()|'a\r\n'.splitlines(keepends=yes)
s.startswith('Hell')|s.startswith('x')|s.startswith(('x', 'H'))|s.startswith(('x',))|s.endswith('World')|s.endswith(('a', 'd'))|s.startswith('World', 6)|s.startswith('')|s.endswith('Hello', 0, 5)|s.startswith(1)|s.startswith('', 99)|s.startswith(['H'])
s.replace('l', 'L')|s.replace('l', 'L', 2)|s.replace('', '-')|s.replace('', '-', 2)|s.replace('zz', 'y')|''.replace('', 'x')|'aaa'.replace('aa', 'b')|s.replace('l')|s.replace('l', 1)|u.replace('ö', 'oe')|s.replace('o', '', -1)
s.find('o')|s.find('o', 5)|s.find('zz')|s.rfind('o')|s.index('W')|s.index('zz')|s.rindex('l')|u.find('鷹')|u.rfind('夜')|s.find('')|s.rfind('')|s.find('o', -4)|s.find('l', 0, 3)|s.find('', 99)|s.count('l')|s.count('')|'aaa'.count('aa')|s.count('o', 5)|u.count('')
'-'.join(ys)|''.join([])|'-'.join('abc')|'-'.join([1])|'-'.join(d)|'-'.join(5)|', '.join(ys | map('upper'))
'{} {}'.format(1, 'a')|'{1} {0}'.format(1, 2)|'{a}'.format(a=3)|'{0.role}'.format(ms[0])|'{0[role]}'.format(ms[0])|'{:>5}|'.format('a')|'{:<5}|'.format(1)|'{:^6}|'.format('ab')|'{:05d}'.format(n)|'{:+.2f}'.format(f)|'{:,}'.format(1234567)|'{:x}'.format(255)|'{:#b}'.format(5)|'{:.1%}'.format(0.256)|'{:e}'.format(f)|'{!r}'.format('a')|'{!s:>4}'.format(1)|'{{}}'.format()|'{'.format()|'}'.format()|'{}'.format()|'{0}{}'.format(1, 2)|'{:{}}|'.format('a', 4)|'{:*^7}'.format(1)|'{a}'.format()|'{:d}'.format('a')|'{:s}'.format(1)|'{}'.format(xs)|'{:5}'.format(xs)|'{:5}|'.format(yes)|'{:g}'.format(1e10)|'{:.3}'.format('abcdef')|'{:.3}'.format(3.14159)|'{:_}'.format(1234567)|'{:010,}'.format(1234)|'{:.0f}'.format(2.5)|'{:5.1f}|'.format(2.25)|'{.x}'.format(d)|'{0.__class__}'.format('a')|'{:=+6}'.format(3)|'{!x}'.format(1)|'{:c}'.format(65)|'{:10}|'.format(f)|'{:n}'.format(5)|'{a} {b}'.format_map({'a': 1, 'b': 2})|'{0.5}'.format([1])|'{[0]}'.format(xs)|'{:.2}'.format(123.0)|'{:.5}'.format(123.0)|'{:G}'.format(1e-10)|'{:F}'.format(f)|'{:z}'.format(1)
'12'.isdigit()|'½'.isnumeric()|'½'.isdigit()|'²'.isdigit()|'²'.isdecimal()|'٣'.isdecimal()|'abc'.isalpha()|'夜'.isalpha()|'a1'.isalnum()|''.isalpha()|' \t'.isspace()|'ab'.islower()|'aB'.islower()|'AB1'.isupper()|'1'.isupper()|'Ab Cd'.istitle()|'a_b'.isidentifier()|'1a'.isidentifier()|'ab'.isascii()|'é'.isascii()|'a\n'.isprintable()|'a b'.isprintable()
'prefix-x'.removeprefix('prefix-')|'x.txt'.removesuffix('.txt')|'x'.removesuffix('')|'5'.zfill(3)|'-5'.zfill(4)|'+5'.zfill(2)|'a'.center(6, '*')|'ab'.center(5)|'abc'.center(6)|'a'.ljust(3, '.')|'a'.rjust(3)|'a'.center(3, 'xx')|'a=b=c'.partition('=')|'a=b=c'.rpartition('=')|'abc'.partition('x')|'abc'.rpartition('x')|'a\tb'.expandtabs(4)|'a'.partition('')|'夜'.ljust(3, '鷹')
d.keys()|d.values()|d.items()|d.keys() | list|d.items() | list|d.get('a')|d.get('z')|d.get('z', 5)|d.get(xs)|d.get()|d.copy()|xs.index(1)|xs.index(9)|xs.count(1)|xs.copy()|(1, 2, 1).count(1)|d.items()|length|d.keys()[0]|d.values() == d.values()|d.keys() == d.keys()|dict(a=1, b=2)|dict([('a', 1)], c=3)|dict({'x': 1})|dict([1])|range(3)|range(1, 10, 3)|range(5, 0, -2) | list|range(0)|range(3) | length|range(1, 2, 0)|range('a')|range(1000000)|range(2.5)|i.bit_length()|f.is_integer()|i.real|f.imag
repr|'a\\nb' ~ ['a\\nb', 'it\\'s', '"', '\\'"', '\\\\', '\\x00\\x7f\\u00a0é夜\\u200b', '\\U0001F319', '\\ue000', '\\t']|[1.0, 1e100, -0.0, 1e-10, 100000.0, 1e16]|[f, nil, yes]|d|ms|nested|('a',)|{'a': ('b',)}
'\\101\\x41\\u0041'|'a\\qb'|'\\''|"\\""|'a' 'b' "c"|'\\a\\b'|'line\\\nnext'|'\\xe9'|'\\é'|'\\x4'|'\\u12'|"tab\\there"
"""

FILTERS = """
n|abs~f|abs~'a'|abs~yes|abs~ms[0]|attr('role')~missing|attr('x')~xs|batch(2)|list~xs|batch(2, 'x')|list~xs|batch(0)|list~[]|batch(2)|list~xs|batch(5, 0)|list~s|batch(4)|list
'hELLO wORLD'|capitalize~5|capitalize~s|center(20)~'a'|center(4)~'ab'|center(5)~s|count~d|count~xs|length~5|length~missing|length~nil|length~u|length~ms|map('length')|list
missing|default('x')~missing|d('y')~nil|default('x')~nil|default('x', true)~''|default('x', boolean=true)~0|default(1)~d.zz|default('z')~missing|default~missing.x|default(1)~ms[0].zz|default([])|list
d|dictsort~{'b': 1, 'A': 2, 'c': 0}|dictsort~{'b': 1, 'A': 2}|dictsort(true)~{'b': 1, 'A': 2}|dictsort(by='value')~{'b': 1, 'A': 2}|dictsort(reverse=true)~{'b': 1}|dictsort(by='x')~{1: 2, 'a': 3}|dictsort~xs|dictsort
1|filesizeformat~1000|filesizeformat~1500000|filesizeformat~1024|filesizeformat(true)~'5000'|filesizeformat~999|filesizeformat~1e30|filesizeformat~'x'|filesizeformat
xs|first~[]|first~missing|first~s|first~d|first~xs|last~[]|last~s|last~d|last~(xs|map('string'))|last~5|first~missing|last
'1.5'|float~'x'|float~'x'|float(2.5)~3|float~nil|float~missing|float~' 1e3 '|float~'nan'|float~'-inf'|float~'1_0.5'|float~'.5'|float~'5.'|float~yes|float~'1__0'|float~''|float~'1e'|float~xs|float
'%s-%s'|format(1, 2)~'%(a)s'|format(a=1)~'%s'|format~'a'|format(1)~'%s'|format(1, a=2)~'%.2f'|format(3)~'%s %%'|format(u)
ms|groupby('role')|length~ms|groupby('role')|map('first')|list~(ms|groupby('role'))[0].grouper~(ms|groupby('role'))[0].list|length~ms|groupby('n')|list~ms|groupby('zz')|list~[{'a': 'X'}, {'a': 'x'}, {'a': 'B'}]|groupby('a')|list~[{'a': 'X'}, {'a': 'x'}]|groupby('a', case_sensitive=true)|list~[{'a': 1}, {}]|groupby('a', default=0)|list~xs|groupby
lines|indent~lines|indent(2, true)~lines|indent(2, blank=true)~lines|indent('> ', true)~''|indent~5|indent~'a\\n'|indent(1)~missing|indent~'a\\nb'|indent(width=0)
'42'|int~'42.9'|int~'x'|int~'x'|int(7)~'0x1F'|int(base=16)~'ff'|int(0, 16)~'0b11'|int(0, 2)~'1_000'|int~' 5 '|int~4.9|int~-4.9|int~nil|int~missing|int~yes|int~'-5'|int~'0x1F'|int~'0x1F'|int(0, 0)~'1e3'|int~'inf'|int~'z'|int(5, 36)~xs|int~'--5'|int~''|int~'+7'|int~'12'|int(base=99)
d|items|list~missing|items|list~xs|items|list~{}|items|list~nil|items|list
xs|join~xs|join('-')~ys|join(', ')~ms|join(',', attribute='role')~ms|join(',', 'n')~s|join('.')~d|join~missing|join('x')~5|join~[nil, yes, 1.5]|join(' ')~xs|join(5)~[[1], [2]]|join
s|list~d|list~xs|list~range(3)|list~missing|list~5|list~nil|list~s|lower~5|lower~s|upper~yes|upper~missing|upper~nil|upper~'ß'|upper
xs|map('string')|list~ys|map('upper')|join~ms|map(attribute='role')|list~ms|map(attribute='zz')|list~ms|map(attribute='zz', default='-')|list~ms|map(attribute='content')|map('length')|list~xs|map|list~xs|map('nosuch')|list~[]|map('nosuch')|list~missing|map('upper')|list~xs|map('default', 1)|list~nested|map('first')|list~nested|map(attribute='1.0')|list~ys|map('replace', 'a', 'z')|list~xs|map(attribute='x', y=1)|list~ms|map('attr', 'role')|list~xs|map('round', 1)|list~5|map('string')|list~xs|map('abs', 1)|list
xs|max~xs|min~[]|max~ys|max~ys|min~ys|min(case_sensitive=true)~ms|max(attribute='n')~[1, 'a']|max~s|max~missing|min~5|max~[2, 1.0, yes]|min
xs|reject('odd')|list~xs|select('odd')|list~xs|select|list~[0, 1, '', nil]|select|list~[0, 1, '', nil]|reject|list~xs|select('gt', 1)|list~xs|select('>', 1)|list~xs|select('divisibleby', 2)|list~xs|select('in', [1, 2])|list~xs|select('nosuch')|list~ys|select('lower')|list~missing|select('odd')|list~xs|select('gt')|list~ms|selectattr('content')|list|length~ms|selectattr('role', 'equalto', 'user')|list|length~ms|selectattr('role', '==', 'user')|map(attribute='n')|list~ms|rejectattr('content')|map(attribute='n')|list~ms|rejectattr('n', 'gt', 1)|map(attribute='n')|list~ms|selectattr('zz')|list~ms|selectattr('zz', 'defined')|list~ms|selectattr('zz', 'undefined')|list|length~ms|selectattr|list~ms|selectattr('content', 'string')|list|length~ms|selectattr('role', 'in', ['user'])|list|length~ms|selectattr('n', 'gt', 'a')|list
s|replace('l', 'L')~s|replace('l', 'L', 1)~5|replace(5, 6)~s|replace('l')~s|replace('', '-')~xs|replace('[', '(')~nil|replace('N', 'n')~missing|replace('a', 'b')~s|replace('o', nil)~s|replace(old='o', new='0')
xs|reverse|list~s|reverse~u|reverse~d|reverse|list~(xs|map('string'))|reverse|list~5|reverse~missing|reverse|list~range(3)|reverse|list
2.5|round~3.5|round~2.675|round(2)~42|round~1234|round(-2)~1250|round(-2)~1350|round(-2)~42.55|round(1, 'floor')~42.51|round(1, 'ceil')~42.2|round(method='ceil')~f|round(0, 'x')~'a'|round~-2.5|round~1e300|round(2)~0.5|round~-0.4|round~7|round(0, 'floor')~7|round(-1, 'ceil')~1.005|round(2)~123456.789|round(-3)~missing|round~2.5|round|int~5.015|round(2)~nil|round
'<b>'|safe~5|safe~missing|string~nil|string~xs|string~f|string
range(7)|slice(3)|list~range(7)|slice(3, 'x')|list~xs|slice(5)|list~xs|slice(0)|list~[]|slice(2)|list~xs|slice(5, '-')|list
xs|sort~xs|sort(reverse=true)~ys|sort~ys|sort(case_sensitive=true)~ys|sort(true)~ms|sort(attribute='n')|map(attribute='n')|list~ms|sort(attribute='role,n')|map(attribute='n')|list~[1, 'a']|sort~[nil, 1]|sort~s|sort~d|sort~[[2, 1], [1, 2]]|sort~missing|sort~5|sort~[2, 1.5, yes]|sort~ms|sort|length~ms|sort(attribute='role', reverse=true)|map(attribute='n')|list~['b', 'B', 'a']|sort
xs|sum~ms|sum(attribute='n')~xs|sum(start=10)~[]|sum~[1.5, 2]|sum~ys|sum~[[1], [2]]|sum(start=[])~ys|sum(start='')~missing|sum~ms|sum('zz')
"hello wOrld-foo (bar) {x}"|title~5|title~"it's"|title~'élan ßx'|title~t|trim~'xxaxx'|trim('x')~5|trim~missing|trim~t|trim(nil)~'abc'|trim(chars='ac')
s|truncate(8)~s|truncate(8, true)~s|truncate(5, true, '')~s|truncate(5, true, '', 0)~s|truncate(9, false, '..', 0)~s|truncate(2)~s|truncate~'foo bar baz qux'|truncate(9)~'foo bar baz qux'|truncate(11, False, '...', 0)~u|truncate(5, true, '…', 0)~5|truncate~missing|truncate~xs|truncate
[1, 2, 1, 1.0, yes]|unique|list~ys|unique|list~['a', 'A']|unique|list~['a', 'A']|unique(true)|list~ms|unique(attribute='role')|map(attribute='n')|list~[[1]]|unique|list~missing|unique|list~'aab'|unique|join
'a b&c/d=é'|urlencode~{'a': 1, 'b c': 'd e'}|urlencode~[('a', 1)]|urlencode~5|urlencode~'~_.-'|urlencode~nil|urlencode
s|wordcount~u|wordcount~''|wordcount~"it's a-b"|wordcount~5|wordcount
'the quick brown fox'|wordwrap(10)~'a-b well-known word'|wordwrap(8)~'abcdefghijkl'|wordwrap(5)~'abcdefghijkl mn'|wordwrap(5, false)~lines|wordwrap(3)~'one two'|wordwrap(5, wrapstring='|')~''|wordwrap~'aa  bb   cc'|wordwrap(5)~'well-known'|wordwrap(6, break_on_hyphens=false)
d|tojson~ms|tojson~s|tojson~u|tojson~u|tojson(ensure_ascii=true)~q|tojson~d|tojson(indent=2)~nested|tojson(indent=1)~d|tojson(separators=(',', ':'))~d|tojson(sort_keys=true)~{'b': 1, 'a': {'d': 1, 'c': 2}}|tojson(sort_keys=true)~[1.0, 1e16, nil, yes, no, -0.0]|tojson~(1, 2)|tojson~missing|tojson~range(3)|tojson~d.items()|tojson~{1: 2, nil: 3, yes: 4, 1.5: 5}|tojson~{(1, 2): 3}|tojson~'</script>&\\u2028\\x7f\\x00\\t'|tojson~'\\x7f'|tojson(true)~[]|tojson(indent=2)~{}|tojson(indent=2)~[[], {}]|tojson(indent='--')~d|tojson(indent=0)~{'a': 1, 2: 3}|tojson(sort_keys=true)~('nan'|float)|tojson~d|tojson(separators=5)~d|tojson(indent=4, separators=(', ', ' : '))~xs|tojson(2)~xs|map('string')|tojson
s|nosuch~s|upper(1)~s|upper|lower|title~(s|upper)[0]~s.split()|last|upper~-n|abs~-1|abs~1 + 2|abs~'a' ~ 'b'|upper~not 1|abs~xs|sort|first~s|upper == 'X'~n|abs + 1~n|abs ** 2~xs|length > 2
"""

TESTS = """
i is odd~i is even~i is divisibleby 3~i is divisibleby(2)~i is divisibleby 0~s is odd~missing is defined~i is defined~missing is undefined~d.zz is defined~d.a is defined~missing.x is defined
'upper' is filter~'nosuch' is filter~'odd' is test~5 is filter~nil is none~i is none~missing is none~yes is boolean~1 is boolean~no is false~0 is false~yes is true~1 is true~1 is integer~yes is integer~f is integer~f is float~1 is float
'ab' is lower~'AB' is upper~5 is lower~'' is lower~s is string~5 is string~nil is string~d is mapping~xs is mapping~1 is number~f is number~yes is number~'1' is number~xs is sequence~s is sequence~d is sequence~5 is sequence~missing is sequence~d.keys() is sequence~range(3) is sequence
xs is iterable~s is iterable~5 is iterable~nil is iterable~missing is iterable~d.items() is iterable~(xs|map('string')) is iterable~s is callable~range is callable~s.upper is callable~missing is callable~nil is sameas nil~1 is sameas 1~yes is sameas 1~no is sameas(false)~xs is sameas xs
1 is in xs~9 is in(xs)~'a' is in 'abc'~1 is in 5~1 is eq 1~1 is equalto(1)~1 is ne 2~2 is gt 1~2 is greaterthan 1~2 is ge 2~1 is lt 2~1 is lessthan 2~1 is le 1~1 is gt 'a'~1 is eq~s is escaped~i is not odd~i is not divisibleby 3~i is not none and yes~missing is not defined
i is odd is even~i is odd and i is defined~i is odd or missing~i is nosuch~(i is odd) is true~'x' if i is odd else 'y'~not i is odd~i is divisibleby xs[0]~i is divisibleby i~[1, 2] is in [[1, 2]]~i is in [3] and yes~-1 is lt 0~i + 1 is odd~i is odd(1)~s is string and s|length > 3~s|upper is upper~xs|first is odd
"""

STATEMENTS = r"""
{% for x in xs %}{{ x }}{% endfor %}
{% for x in [] %}{{ x }}{% else %}none{% endfor %}
{% for x in xs %}{{ x }}{% else %}none{% endfor %}
{% for x in xs if x > 1 %}{{ loop.index }}/{{ loop.length }}:{{ x }} {% endfor %}
{% for x in xs if x > 9 %}{{ x }}{% else %}none{% endfor %}
{% for x in xs %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.depth }}{{ loop.depth0 }} {% endfor %}
{% for x in xs %}{{ loop.previtem }}<{{ x }}>{{ loop.nextitem }};{{ loop.previtem is defined }}{{ loop.nextitem is defined }} {% endfor %}
{% for x in [1, 1, 2, 2, 1] %}{{ loop.changed(x) }} {% endfor %}
{% for x in [1, 1] %}{{ loop.changed(x, 'a') }}{{ loop.changed() }} {% endfor %}
{% for x in xs %}{{ loop.cycle('odd', 'even') }} {% endfor %}
{% for x in xs %}{{ loop.cycle() }}{% endfor %}
{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}
{% for k, v in d|items %}{{ k }}={{ v }};{{ loop.last }}{% endfor %}
{% for k in d %}{{ k }},{% endfor %}
{% for a, b in [[1, 2], [3, 4]] %}{{ a + b }} {% endfor %}
{% for a, (b, c) in [[1, [2, 3]]] %}{{ a }}{{ b }}{{ c }}{% endfor %}
{% for a, b in [[1, 2, 3]] %}{{ a }}{% endfor %}
{% for a, b in [1] %}{{ a }}{% endfor %}
{% for (a, b) in ['xy'] %}{{ a }}{{ b }}{% endfor %}
{% for a, in [[1]] %}{{ a }}{% endfor %}
{% for c in u %}[{{ c }}]{% endfor %}
{% for x in missing %}{{ x }}{% else %}e{% endfor %}
{% for x in missing.y %}{{ x }}{% endfor %}
{% for x in 5 %}{{ x }}{% endfor %}
{% for x in nil %}{{ x }}{% endfor %}
{% for x in 1, 2 %}{{ x }}{% endfor %}
{% for x in xs|sort %}{{ x }}{% if not loop.last %}, {% endif %}{% endfor %}
{% for x in xs %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{% endfor %}
{% for x in xs %}{% if x == 1 %}{% break %}{% endif %}{{ x }}{% endfor %}
{% for x in xs %}{% break %}{% else %}else{% endfor %}
{% for x in xs %}{% continue %}{% else %}else{% endfor %}
{% for x in xs %}{{ x }}{% if x == 1 %}{% break %}{% endif %}{% else %}else{% endfor %}
{% break %}
{% for x in xs %}{% macro m() %}{% break %}{% endmacro %}{% endfor %}
{% for x in xs recursive %}{{ x }}{% endfor %}
{% for n in tree recursive %}{{ n.v }}{{ loop.depth }}{% if n.c %}({{ loop(n.c) }}){% endif %}{% endfor %}
{% for n in tree recursive %}{{ loop(n.c) if n.c }}{{ n.v }}{{ loop.depth0 }}{% else %}x{% endfor %}
{% for n in tree %}{{ loop(n.c) }}{% endfor %}
{% for x in xs %}{% for y in ys %}{{ loop.index }}{% endfor %}{{ loop.index }} {% endfor %}
{% for x in xs %}{% set outer = loop %}{% for y in [1, 2] %}{{ outer.index }}{{ loop.index }} {% endfor %}{% endfor %}
{% for x in xs %}{% set v = x %}{% endfor %}{{ v }}
{% set v = 0 %}{% for x in xs %}{% set v = v + x %}{{ v }} {% endfor %}{{ v }}
{% set v = 0 %}{% if yes %}{% set v = 5 %}{% endif %}{{ v }}
{% for x in xs %}{% if loop.first %}{% set w = 1 %}{% endif %}{{ w }}{% endfor %}
{% for i in xs %}{{ i }}{% endfor %}{{ i }}
{% for loop in xs %}{% endfor %}
{{ loop }}
{% for x in xs %}{% endfor %}{{ loop }}
{% for x in xs %}{{ loop.nosuch }}{{ loop['index'] }}{% endfor %}
{% for x in xs %}{{ loop|length }}{% endfor %}
{% for x in [1] %}{{ loop }}{% endfor %}
{% for x in (xs|map('string')) %}{{ x }}{{ loop.last }}{{ loop.length }}{% endfor %}
{% set g = xs|map('string') %}{{ g|list }}{{ g|list }}
{% set g = xs|select('odd') %}{{ g|first }}{{ g|list }}
{% set r = xs|reverse %}{{ r|first }}{{ r|list }}
{% set ns = namespace(found=false) %}{% for x in xs if not ns.found %}{{ x }}{% if x == 1 %}{% set ns.found = true %}{% endif %}{% endfor %}
{% for x in range(3) %}{{ x }}{% if loop.index0 == 1 %}{{ loop.nextitem }}{% endif %}{% endfor %}
{% for m in ms %}{{ m.role }}:{{ m.content|default('-', true) }};{% endfor %}
{% for x in xs %}
  {{ x }}
{% endfor %}
{% for x in xs -%}
  {{ x }}
{%- endfor %}|
{% if yes %}a{% elif no %}b{% else %}c{% endif %}
{% if no %}a{% elif yes %}b{% else %}c{% endif %}
{% if no %}a{% elif no %}b{% else %}c{% endif %}
{% if missing %}a{% endif %}b
{% if xs %}a{% endif %}{% if [] %}b{% endif %}{% if {} %}c{% endif %}{% if 0.0 %}d{% endif %}{% if ' ' %}e{% endif %}
{% if no %}{{ s|nosuch }}{% endif %}ok
{% if no %}{% for x in xs %}{{ s|nosuch }}{% endfor %}{% endif %}ok
{% for x in [] %}{{ s|nosuch }}{% endfor %}ok
{{ s|nosuch if no else 'ok' }}
{{ 1 if yes else s|nosuch }}
{% if no %}{{ s is nosuch }}{% endif %}ok
{% if 1, 2 %}t{% endif %}
{% if yes: %}colon{% endif %}
{% set x = 1 %}{{ x }}
{% set x = 1, 2 %}{{ x }}
{% set a, b = 1, 2 %}{{ a }}{{ b }}
{% set a, b = [1, 2, 3] %}{{ a }}
{% set (a, b) = 'xy' %}{{ b }}{{ a }}
{% set x = x %}{{ x }}
{% set i = i + 1 %}{{ i }}
{% set x %}block {{ i }}{% endset %}[{{ x }}]
{% set x | upper %}block {{ i }}{% endset %}{{ x }}
{% set x | replace('b', 'c') | trim %} block {% endset %}[{{ x }}]
{% set x %}{% set y = 2 %}{% endset %}{{ y }}[{{ x }}]
{% set true = 1 %}
{% set none = 1 %}
{% set 1 = 2 %}
{% set x.y = 1 %}
{% set i.y = 1 %}
{% set x[0] = 1 %}
{% set x = %}
{% set x %}never closed
{% set ns = namespace() %}{% set ns.a = 1 %}{{ ns.a }}{{ ns.b }}{{ ns['a'] }}
{% set ns = namespace(a=1) %}{% for x in xs %}{% set ns.a = ns.a + x %}{% endfor %}{{ ns.a }}
{% set ns = namespace({'a': 1}, b=2) %}{{ ns.a }}{{ ns.b }}{{ ns }}
{% set ns = namespace([('a', 1)]) %}{{ ns.a }}{{ ns.zz is defined }}
{% set ns = namespace() %}{% set ns._x = 1 %}
{% set ns = namespace(_x=1) %}
{% set ns = namespace() %}{% set ns.x %}block{% endset %}{{ ns.x }}
{% set ns = namespace() %}{% set ns.a, b = 1, 2 %}{{ ns.a }}{{ b }}
{% set ns = namespace(a=[]) %}{% for x in xs %}{% set ns.a = ns.a + [x * 2] %}{% endfor %}{{ ns.a }}
{{ namespace(1) }}
{{ namespace.a }}
{% set ns = namespace() %}{{ ns() }}
{% set ns = namespace() %}{% for x in ns %}{% endfor %}
{% macro m(a, b=2, c='x') %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ m(1) }} {{ m(1, 3) }} {{ m(1, c='y') }} {{ m(b=5, a=4) }} {{ m() }}
{% macro m(a) %}{{ a is defined }}{% endmacro %}{{ m() }}{{ m(1) }}
{% macro m(a) %}{{ a.x }}{% endmacro %}{{ m() }}
{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, a=3) }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(z=2) }}
{% macro m(a, a) %}{% endmacro %}
{% macro m(a=1, b) %}{% endmacro %}
{% macro m(a, b=a) %}{{ b }}{% endmacro %}{{ m(5) }}
{% macro m(a) %}{{ a }}{{ i }}{% set i = 9 %}{{ i }}{% endmacro %}{{ m(1) }}{{ i }}
{% macro m() %}{{ later }}{% endmacro %}{% set later = 7 %}{{ m() }}
{% macro f(n) %}{{ n }}{% if n > 0 %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(3) }}
{% macro f(n) %}{{ f(n + 1) }}{% endmacro %}{{ f(0) }}
{% macro m() %}x{% endmacro %}{{ m }}|{{ m.name }}|{{ m.arguments }}|{{ m.catch_kwargs }}|{{ m.catch_varargs }}|{{ m.caller }}
{% macro m() %}[{{ caller() }}]{% endmacro %}{% call m() %}body {{ i }}{% endcall %}
{% macro m() %}[{{ caller(1, b=2) }}]{% endmacro %}{% call(a, b) m() %}{{ a }}{{ b }}{% endcall %}
{% macro m() %}[{{ caller() if caller }}]{% endmacro %}{{ m() }}
{% macro m() %}[{{ caller is defined }}]{% endmacro %}{{ m() }}{% call m() %}{% endcall %}
{% macro m() %}x{% endmacro %}{% call m() %}{% endcall %}
{% macro m(caller) %}{{ caller() }}{% endmacro %}{% call m() %}y{% endcall %}
{% macro m(caller=none) %}{{ caller }}{% endmacro %}{{ m() }}
{% call s.upper() %}{% endcall %}
{% call m %}{% endcall %}
{% macro m() %}{% set z = 1 %}{% endmacro %}{{ m() }}{{ z }}
{% macro m(x) %}{{ x|upper }}{% endmacro %}{{ m('a')|lower }}{{ m('b') ~ 'c' }}{{ m('d')|length }}
{% for x in xs %}{% macro m() %}{{ x }}{{ loop is defined }}{% endmacro %}{{ m() }}{% endfor %}
{% macro m(*a) %}{% endmacro %}
{% macro m(a, b) %}{{ a }}-{{ b }}{% endmacro %}{{ m(*[1, 2]) }}{{ m(**{'a': 3, 'b': 4}) }}{{ m(1, *[2]) }}{{ m(*[1], b=2) }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, a=2) }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(a=1, a=2) }}
{% with a = 1, b = 2 %}{{ a }}{{ b }}{% endwith %}{{ a }}
{% with %}{% set q2 = 1 %}{{ q2 }}{% endwith %}{{ q2 }}
{% with i = 10 %}{{ i }}{% endwith %}{{ i }}
{% with a = 1, b = a %}{{ b }}{% endwith %}
{% filter upper %}abc {{ i }}{% endfilter %}
{% filter replace('a', 'b') | upper %}aaa{% endfilter %}
{% filter nosuch %}a{% endfilter %}
{% filter trim %}{% set zz = 1 %} a {% endfilter %}{{ zz }}|
{% raw %}{{ not }} {% parsed %}{% endraw %}x
{%- raw -%} a {%- endraw -%} x
{% raw %}
 a
{% endraw %}
x
  {% raw %}  a{% endraw +%}
x
{% raw %}never closed
{# comment #}x
a {#- trimmed -#} b
a
  {# line #}
b
{# never closed
{# nested {# comment #} x
{% print i, s %}
{% print %}
{% generation %}abc{% endgeneration %}
a{% generation %}{{ u }}{% endgeneration %}b{% generation %}x{% endgeneration %}c
{% for m in ms %}{{ m.role }}{% generation %}{{ m.content }}{% endgeneration %}{% endfor %}
{% generation %}{% set zz = 1 %}a{% endgeneration %}{{ zz }}
{%- generation -%} a {%- endgeneration -%} b
{% for x in xs %}{% generation %}{% break %}{% endgeneration %}{% endfor %}
{% generation %}never closed
{% if yes %}
  a
{% endif %}
b
{% if yes -%}
  a
{%- endif %}
b
  {% if yes %}a{% endif %}  
  {%+ if yes %}a{% endif %}
a {%- if yes %} b {% endif -%} c
{{ i }}
{{ i -}}  
x
x  {{- i }}
{{+1}}{{-1}}
  {{ i }}  
{% if yes +%}
a{% endif %}
{% set x = 1 %}

{{ x }}

a

{% if yes %}x{% endif +%}
y
{% for x in [1] %}
{% if x %}
    indented {{ x }}
{% endif %}
{% endfor %}
end
{{ {'a': {'b': 1}}['a']['b'] }}{{ {}}}
{{ 'a}}b' }}{{ "{% x %}" }}
{{ '' }}{{ "" }}
{{ i }
{{ i
{% if yes
{% if yes %}
{% endif %}
{% endfor %}
{% else %}
{% nosuch %}
{% %}
{{ }}
{{ 1 2 }}
{{ a b }}
{{ (1 }}
{{ 1) }}
{{ [1 }}
{{ [1) }}
{{ ! }}
{{ a ? b }}
{{ 'unclosed }}
{{ 1. }}
{{ .5 }}
{{ 1.e5 }}
{{ 007 }}
{{ 0x }}
{{ a.1b }}
{{ 1if yes else 2 }}
{{ x = 1 }}
{{ @ }}
{{ a;b }}
{{ i.2.3 }}
{{ $x }}
{{ xs[1 }}
{{ xs[] }}
{{ xs[1,2] }}
{{ s(* }}
{{ range(*[1, 4]) | list }}{{ dict(**{'a': 1}) }}
{{ range(**{'a': 1}) }}
{{ range(*5) }}
{{ range(*[1], *[2]) }}
{{ s.split(*[' ']) }}
{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.current }}{{ c.next() }}{{ c.reset() }}{{ c.current }}
{{ cycler() }}
{% set j = joiner(' | ') %}{{ j() }}a{{ j() }}b{{ j() }}c
{% set j = joiner() %}{{ j() }}{{ j() }}
{{ raise_exception('no such luck') }}
{{ raise_exception('größer ' ~ i) }}
{{ raise_exception() }}
{% if raise_exception is defined %}y{% endif %}
{{ strftime_now('%Y-%m-%d %H:%M:%S') }}
{{ strftime_now('%d %b %Y|%B|%A|%a|%y|%j|%I %p|%-d|%e|%%|%U|%W|%w|%u|%F|%T|%D|%R|%h|%C|%-m|%f') }}
{{ strftime_now(5) }}
{{ nil }}{{ yes }}{{ f }}{{ xs }}{{ missing }}{{ None }}{{ True }}{{ False }}{{ true }}
{{ not }}
{{ if }}
{{ in }}
{{ xs is }}
{{ xs | }}
{{ ms[0]['role'] ~ ms[0].content ~ ms | length }}
{{ '%s' % missing }}{{ '{}'.format(missing) }}{{ [missing] }}{{ missing == missing }}{{ missing == nil }}{{ missing != 1 }}
{{ missing + 1 }}
{{ 1 + missing }}
{{ -missing }}
{{ missing < 1 }}
{{ missing * 2 }}
{{ 'a' in missing }}
{{ missing | int }}
{{ missing ~ 'x' }}
{{ (missing or 'x').upper() }}
{{ missing.__class__ }}
{{ i.__class__.__mro__ }}
{{ ''.__class__.__mro__[1].__subclasses__() }}
{{ s.format.__globals__ }}
{{ range.__init__ }}
{{ (xs|map('string')).gi_frame }}
{{ d.__len__() }}
{{ xs.sort() }}{{ xs }}
{% include 'x' %}
{% import 'x' as y %}
{% extends 'x' %}
{% do xs.append(1) %}
{% trans %}a{% endtrans %}
"""

SOURCES = []
# A bar, or a wave, between blanks belongs to the expression; others part two of them.
for line in EXPRESSIONS.strip("\n").split("\n"):
    SOURCES += ["{{ " + part + " }}" for part in re.split(r"(?<! )\|(?! )(?!')", line)]
for block in (FILTERS, TESTS):
    for line in block.strip("\n").split("\n"):
        SOURCES += ["{{ " + part + " }}" for part in re.split(r"(?<! )~(?! )(?!_)", line)]
# Every line is a template, and so are six lines together where blanks at their ends matter.
_lines = STATEMENTS.strip("\n").split("\n")
SOURCES += _lines
for first in range(len(_lines) - 6):
    window = _lines[first:first + 6]
    if any(line.startswith(" ") or line == "" for line in window):
        SOURCES.append("\n".join(window))
SOURCES = list(dict.fromkeys(SOURCES))
