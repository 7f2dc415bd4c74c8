import Foundation
import Templates
import Testing

/// A template that means harm ends with an error, in little time and with little memory.
@Suite struct HostileTests {
    static let limits = TemplateLimits(
        steps: 200_000, outputBytes: 1 << 20, memoryBytes: 8 << 20, depth: 400)

    /// Templates that go over a limit, however they go about it.
    static let endless: [(name: String, source: String)] = [
        ("repetition", "{{ 'a' * 10**9 }}"),
        ("repetition of repetition", "{{ ('a' * 1000000) * 1000000 }}"),
        ("repetition beyond 64 bits", "{{ 'abc' * 9223372036854775807 }}"),
        ("a long list", "{{ [0] * 10**12 }}"),
        ("a long tuple", "{{ (0, 1) * 9223372036854775807 }}"),
        ("a large power", "{{ 10 ** 100 }}"),
        ("a range", "{{ range(10**9) }}"),
        ("a range beyond 64 bits", "{{ range(-9223372036854775807, 9223372036854775807) }}"),
        ("wide padding", "{{ 'a'.center(10**15) }}"),
        ("a wide filter", "{{ 'a' | center(9223372036854775807) }}"),
        ("zeros", "{{ 'a'.zfill(10**12) }}"),
        ("a wide format", "{{ '%1000000000000d' % 1 }}"),
        ("a precise format", "{{ '%.1000000000f' % 1.5 }}"),
        ("a width as a value", "{{ '%*d' % (9223372036854775807, 1) }}"),
        ("a wide field", "{{ '{:999999999999}'.format(1) }}"),
        ("a precise field", "{{ '{:.999999999999f}'.format(1.5) }}"),
        ("indentation", "{{ 'a\\nb' | indent(10**12) }}"),
        ("indented JSON", "{{ [1] | tojson(indent=10**12) }}"),
        ("wide tabs", "{{ '\\t'.expandtabs(10**15) }}"),
        ("slices", "{{ [1] | slice(10**15) | list }}"),
        ("batches", "{{ [1] | batch(10**15, 0) | list }}"),
        ("replacement", "{{ ('a' * 100000).replace('', 'b' * 100000) }}"),
        ("joining", "{{ ('b' * 100000).join('a' * 100000) }}"),
        ("nested loops", loops(8)),
        (
            "a loop over a loop",
            "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}"
        ),
        ("a macro of itself", "{% macro f(n) %}{{ f(n + 1) }}{% endmacro %}{{ f(0) }}"),
        (
            "two macros",
            "{% macro f() %}{{ g() }}{% endmacro %}{% macro g() %}{{ f() }}{% endmacro %}{{ f() }}"
        ),
        ("exponential macros", exponentialMacros(30)),
        (
            "a caller of itself",
            "{% macro f() %}{% call f() %}{{ caller() }}{% endcall %}{% endmacro %}{{ f() }}"
        ),
        ("a recursive loop", "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}"),
        (
            "text doubled",
            "{% set n = namespace(t='ab') %}{% for i in range(100) %}{% set n.t = n.t + n.t %}{% endfor %}"
        ),
        (
            "lists doubled",
            "{% set n = namespace(t=[1]) %}{% for i in range(100) %}{% set n.t = n.t + n.t %}{% endfor %}"
        ),
        (
            "lists in lists",
            "{% set n = namespace(t=[]) %}{% for i in range(100) %}{% set n.t = [n.t] %}{% endfor %}"
        ),
        (
            "shared lists printed",
            "{% set n = namespace(t=[]) %}{% for i in range(60) %}{% set n.t = [n.t, n.t] %}{% endfor %}{{ n.t }}"
        ),
        (
            "shared lists as JSON",
            "{% set n = namespace(t=[]) %}{% for i in range(60) %}{% set n.t = [n.t, n.t] %}{% endfor %}{{ n.t | tojson }}"
        ),
        (
            "shared lists compared",
            "{% set n = namespace(t=[], u=[]) %}{% for i in range(60) %}{% set n.t = [n.t, n.t] %}{% set n.u = [n.u, n.u] %}{% endfor %}{{ n.t == n.u }}"
        ),
        (
            "shared tuples as keys",
            "{% set n = namespace(t=()) %}{% for i in range(60) %}{% set n.t = (n.t, n.t) %}{% endfor %}{{ {n.t: 1} }}"
        ),
        ("a namespace in itself", "{% set n = namespace() %}{% set n.n = n %}{{ n }}"),
        (
            "a chain of iterators",
            "{% set n = namespace(t=[1]) %}{% for i in range(5000) %}{% set n.t = n.t | map('string') %}{% endfor %}{{ n.t | list }}"
        ),
        (
            "output",
            "{% for i in range(100000) %}aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa{% endfor %}"
        ),
        (
            "captured output",
            "{% set x %}{% for i in range(100000) %}aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa{% endfor %}{% endset %}"
        ),
        (
            "deep parentheses",
            "{{ \(String(repeating: "(", count: 5000))1\(String(repeating: ")", count: 5000)) }}"
        ),
        (
            "deep lists",
            "{{ \(String(repeating: "[", count: 5000))\(String(repeating: "]", count: 5000)) }}"
        ),
        ("deep signs", "{{ \(String(repeating: "-", count: 5000))1 }}"),
        ("deep denials", "{{ \(String(repeating: "not ", count: 5000))1 }}"),
        ("deep conditions", "{{ \(String(repeating: "1 if 1 else ", count: 5000))1 }}"),
        ("deep attributes", "{{ a\(String(repeating: ".a", count: 5000)) }}"),
        ("deep filters", "{{ 1\(String(repeating: "|abs", count: 5000)) }}"),
        ("deep calls", "{{ f\(String(repeating: "()", count: 5000)) }}"),
        ("deep blocks", String(repeating: "{% if 1 %}", count: 5000)),
        ("deep loops", String(repeating: "{% for a in b %}", count: 5000)),
        (
            "deep targets",
            "{% for \(String(repeating: "(", count: 5000))a\(String(repeating: ")", count: 5000)) in b %}{% endfor %}"
        ),
        ("number", "{{ 99999999999999999999 }}"),
        ("overflow", "{{ 9223372036854775807 + 1 }}"),
        ("overflow of a product", "{{ 9223372036854775807 * 2 }}"),
        ("overflow of a quotient", "{{ (-9223372036854775807 - 1) // -1 }}"),
        ("overflow of a sign", "{{ -(-9223372036854775807 - 1) }}"),
        (
            "sliced range",
            "{{ range(0, 4611686018427387900, 4611686018427387000)[::4611686018427387000] }}"
        ),
    ]

    static func loops(_ count: Int) -> String {
        (0..<count).map { "{% for x\($0) in range(1000) %}" }.joined()
            + String(repeating: "{% endfor %}", count: count)
    }

    static func exponentialMacros(_ count: Int) -> String {
        "{% macro m0() %}x{% endmacro %}"
            + (1...count).map {
                "{% macro m\($0)() %}{{ m\($0 - 1)() }}{{ m\($0 - 1)() }}{% endmacro %}"
            }
            .joined() + "{{ m\(count)() }}"
    }

    @Test(arguments: endless.indices)
    func endsAtALimit(index: Int) {
        let (name, source) = Self.endless[index]
        let error = #expect(throws: TemplateError.self, "\(name)") {
            try Template(source).render(limits: Self.limits)
        }
        #expect(error?.kind == .limit, "\(name): \(error?.description ?? "")")
    }

    /// What is long and not deep is no harm.
    @Test func readsLongChains() throws {
        let sum = "{{ 1\(String(repeating: " + 1", count: 3000)) }}"
        #expect(try Template(sum).render().text == "3001")
        let text = "{{ 'a'\(String(repeating: " ~ 'a'", count: 3000)) }}"
        #expect(try Template(text).render().text.utf8.count == 3001)
        let either = "{{ 0\(String(repeating: " or 0", count: 3000)) or 5 }}"
        #expect(try Template(either).render().text == "5")
        let choices =
            "{% if 0 %}\(String(repeating: "{% elif 0 %}", count: 3000)){% else %}x{% endif %}"
        #expect(try Template(choices).render().text == "x")
    }

    /// Rings of values, and chains too long to be taken apart by recursion.
    @Test func letsGoOfWhatRefersToItself() throws {
        let ring = "{% set n = namespace() %}{% set n.n = n %}{% set n.m = [n] %}x"
        #expect(try Template(ring).render().text == "x")
        let chain = """
            {% set n = namespace(p=none) %}{% for i in range(20000) %}{% set m = namespace(p=n.p) %}\
            {% set n.p = m %}{% endfor %}x
            """
        #expect(try Template(chain).render().text == "x")
        let iterators = """
            {% set n = namespace(p=[1]) %}{% for i in range(20000) %}{% set n.p = n.p | map('string') %}\
            {% endfor %}x
            """
        #expect(try Template(iterators).render().text == "x")
        let macros = """
            {% set n = namespace(p=none) %}{% for i in range(5000) %}{% set q = n.p %}\
            {% macro m() %}{{ q }}{% endmacro %}{% set n.p = m %}{% endfor %}x
            """
        #expect(try Template(macros).render().text == "x")
        let methods = """
            {% set n = namespace(p=[1]) %}{% for i in range(5000) %}{% set n.p = [n.p].index %}\
            {% endfor %}x
            """
        #expect(try Template(methods).render().text == "x")
    }

    /// Searching what nearly matches everywhere takes time in proportion to the text.
    @Test func searchesHostileTextInLinearTime() throws {
        let source =
            "{{ ('a' * 400000).find('a' * 200000 + 'b') }}{{ ('a' * 400000).rfind('b' + 'a' * 200000) }}"
        #expect(try Template(source).render().text == "-1-1")
    }

    /// What a template may not see does not exist, or is closed.
    @Test(arguments: [
        "{{ ''.__class__.__mro__ }}", "{{ x.__init__.__globals__ }}", "{{ [].append(1) }}",
        "{{ {}.update({}) }}", "{{ range.__call__() }}", "{{ (1).__class__.__base__ }}",
        "{{ '{0.__class__.__mro__}'.format('') }}", "{{ namespace.__init__.x }}",
        "{% set n = namespace() %}{% set n.__class__ = 1 %}", "{{ namespace(__x=1) }}",
        "{% macro m() %}{% endmacro %}{{ m.__closure__.x }}",
        "{{ ([]|map('string')).gi_frame.f_back }}",
    ])
    func isClosed(source: String) {
        let error = #expect(throws: TemplateError.self) { try Template(source).render() }
        #expect(error?.kind == .security || error?.kind == .undefined)
    }

    /// The deepest that the usual limits allow fits on a thread's usual stack.
    @Test func standsOnASmallStack() throws {
        let sources = [
            "{% macro f() %}{% if 1 %}{% for a in [1] %}{{ [1, (f() | string) ~ 'a'][1] }}{% endfor %}{% endif %}{% endmacro %}{{ f() }}",
            "{{ \(String(repeating: "[", count: 70))1\(String(repeating: "]", count: 70)) }}",
            "{{ \(String(repeating: "(1 + ", count: 70))1\(String(repeating: ")", count: 70)) }}",
            String(repeating: "{% if 1 %}", count: 78)
                + String(repeating: "{% endif %}", count: 78),
            "{% for x in [1] recursive %}{{ [loop([1])] }}{% endfor %}",
            "{% macro f() %}{{ [1] | map('default', f()) | join }}{% endmacro %}{{ f() }}",
            "{% set n = namespace() %}{% set n.n = n %}{{ n }}",
        ]
        let thread = Thread {
            for source in sources { _ = try? Template(source).render() }
        }
        #if DEBUG
            thread.stackSize = 4 << 20
        #else
            thread.stackSize = 1 << 20
        #endif
        thread.start()
        while !thread.isFinished { Thread.sleep(forTimeInterval: 0.005) }
    }
}
