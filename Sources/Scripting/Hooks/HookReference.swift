/// The timeline of a run as a page of the reference.
enum HookReference {
    static var table: String {
        var text = """
            A handler is a function of one table, `ctx`: the facts below, `ctx.state` (the script's \
            own memory, kept in every checkpoint) and `ctx.settings`. Handlers of one moment run in \
            the order of the recipe's `use`, the recipe's own last. A failing observer is logged \
            and counted, and the run goes on; a failing filter or decider fails its step, as the \
            recipe's `on.script` says.

            | hook | kind | when |
            |---|---|---|

            """
        for point in HookCatalogue.all {
            text += "| `\(point.name)` | \(point.kind.rawValue) | \(point.when) |\n"
        }
        for point in HookCatalogue.all {
            text += "\n### \(point.name)\n\n\(point.when)\n\n"
            text += "| key of `ctx` | type | meaning |\n|---|---|---|\n"
            for field in point.facts.fields {
                let type = LuaType.of(field.shape).replacing("|", with: "\\|")
                text +=
                    "| `\(field.name)` | `\(type)\(field.isRequired ? "" : "?")` | "
                    + "\(field.doc) |\n"
            }
            if let answer = point.answer {
                text += "\nMay answer \(answer.expectation).\n"
            }
            text += "\n```lua\n\(point.example)\n```\n"
        }
        return text
    }
}
