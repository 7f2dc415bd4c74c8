import Templates
import Testing

@Suite struct TemplateTests {
    /// The error that a source ends with.
    private func failure(_ source: String, _ variables: TemplateDictionary = [:]) -> TemplateError?
    {
        do throws(TemplateError) {
            _ = try Template(source, name: "chat.jinja").render(variables)
            return nil
        } catch {
            return error
        }
    }

    @Test func rendersOneTemplateManyTimes() throws {
        let template = try Template(
            "{% for m in messages %}{{ m.role }}: {{ m['content'] }}\n{% endfor %}")
        #expect(
            try template.render(["messages": [["role": "user", "content": "Hi"]]]).text
                == "user: Hi\n")
        #expect(try template.render(["messages": []]).text == "")
    }

    @Test func coversWhatGenerationBlocksMake() throws {
        let rendering = try Template("<{% generation %}é夜{% endgeneration %}>").render()
        #expect(rendering.text == "<é夜>")
        #expect(rendering.generated == [1..<6])
    }

    /// A mask that would be wrong is refused, not made.
    @Test func refusesGenerationBlocksWithoutAPlace() {
        let captured = "{% set x %}{% generation %}a{% endgeneration %}{% endset %}{{ x }}{{ x }}"
        #expect(failure(captured)?.kind == .unsupported)
        let macro = "{% macro m() %}{% generation %}a{% endgeneration %}{% endmacro %}{{ m() }}"
        #expect(failure(macro)?.kind == .unsupported)
    }

    @Test func tellsRefusalsFromBrokenTemplates() {
        let refusal = failure("a\n  {{ raise_exception('not so') }}")
        #expect(refusal?.kind == .refused)
        #expect(refusal?.sentence == "not so")
        #expect(refusal?.line == 2)
        #expect(failure("{{ nosuch.x }}")?.kind == .undefined)
        #expect(failure("{{ 1 + 'a' }}")?.kind == .type)
        #expect(failure("{{ 1 / 0 }}")?.kind == .value)
        #expect(failure("{% if %}")?.kind == .syntax)
    }

    @Test func namesThePlace() {
        let error = failure("{% if true %}\n\n  {{ 'é' ~ 1 + nil }}\n{% endif %}")
        #expect(error?.line == 3)
        #expect(error?.column == 14)
        #expect(error?.template == "chat.jinja")
        #expect(error?.description.hasPrefix("chat.jinja:3:14: ") == true)
        #expect(failure("{% for x in y %}\n{% endif %}")?.line == 2)
        #expect(failure("a\r\n{% set x %}")?.sentence.contains("line 2") == true)
    }

    @Test(arguments: [
        ("{{ 1 | lenght }}", "\"length\""), ("{{ 1 is define }}", "\"defined\""),
        ("{% sett x = 1 %}", "\"set\""), ("{{ 'a' | escape }}", "left out"),
        ("{% include 'a' %}", "left out"), ("{% extends 'a' %}", "left out"),
        ("{% block a %}{% endblock %}", "left out"), ("{{ 'a'.encode() }}", "left out"),
        ("{{ '\\N{DASH}' }}", "left out"),
    ])
    func saysWhatIsNearOrLeftOut(source: String, piece: String) {
        #expect(failure(source)?.sentence.contains(piece) == true)
    }

    @Test func keepsCodePointsApart() throws {
        let variables: TemplateDictionary = ["a": "e\u{301}", "b": "\u{E9}", "d": ["\u{E9}": 1]]
        let source =
            "{{ a == b }}{{ a|length }}{{ b|length }}{{ a[0] }}{{ d[b] }}{{ d[a] }}{{ b in a }}"
        #expect(try Template(source).render(variables).text == "False21e1False")
    }

    @Test func tellsTheTimeItIsGiven() throws {
        let template = try Template("{{ strftime_now('%A, %d %B %Y %H:%M:%S') }}")
        #expect(throws: TemplateError.self) { try template.render() }
        let leap = TemplateClock(secondsSince1970: 951_782_400, secondsFromGreenwich: 3600)
        #expect(try template.render(clock: leap).text == "Tuesday, 29 February 2000 01:00:00")
        #expect(
            TemplateClock(secondsSince1970: -1)
                == TemplateClock(year: 1969, month: 12, day: 31, hour: 23, minute: 59, second: 59))
    }

    @Test func dictionariesKeepTheirOrder() throws {
        var dictionary: TemplateDictionary = ["b": 1, "a": 2, "c": 3]
        dictionary["a"] = nil
        dictionary["b"] = [true, nil, 2.5]
        dictionary["a"] = "x"
        let text = try Template("{{ d }}").render(["d": .dictionary(dictionary)]).text
        #expect(text == "{'b': [True, None, 2.5], 'c': 3, 'a': 'x'}")
    }

    /// Schemas of tools are written by macros that call themselves.
    @Test func macrosRecurseFurtherThanSchemasGo() throws {
        var schema: TemplateValue = "leaf"
        for _ in 0..<30 { schema = ["type": "object", "properties": ["inner": schema]] }
        let source = """
            {%- macro write(value) -%}
                {%- if value is mapping -%}
                    {%- for key, item in value | dictsort -%}
                        {%- if loop.first -%}({%- endif -%}{{ key ~ ":" ~ write(item) }}
                        {%- if loop.last -%}){%- endif -%}
                    {%- endfor -%}
                {%- else -%}{{ value }}{%- endif -%}
            {%- endmacro -%}
            {{ write(schema) }}
            """
        let text = try Template(source).render(["schema": schema]).text
        #expect(text.hasPrefix("(properties:(inner:(properties:"))
    }

    @Test func refusesInputsThatGoTooDeep() {
        var value: TemplateValue = 1
        for _ in 0..<200 { value = [value] }
        #expect(failure("{{ x }}", ["x": value])?.kind == .limit)
    }
}
