/// Writes the reference page of the module from the declarations that register the functions.
public enum ReferenceWriter {
    /// The page, as Markdown for the documentation catalogue.
    public static var page: String {
        var text = """
            # Lua reference

            Every function of `require "nightjar"`, every key of its tables, every hook and every \
            key of a plugin.

            ## Overview

            `nightjar annotate` writes this page and the editor's stubs from the declarations that \
            register the functions; a test fails where they drift apart. A function may be called \
            anywhere unless its entry says otherwise. Misuse raises an error at the caller's line; \
            a failure that is to be expected gives `nil` and a message. Examples are expressions \
            that are true, and tests run them.

            """
        let own = Catalogue.bindings.filter { $0.namespace == nil }
        text += "\n## nj\n" + own.map(entry).joined()
        for namespace in AnnotationWriter.namespaces {
            text += "\n## nj.\(namespace)\n"
            text += Catalogue.bindings.filter { $0.namespace == namespace }.map(entry).joined()
            if namespace == RunMethods.namespace {
                text += "\n## Methods of a run\n" + Catalogue.methods.map(entry).joined()
            }
        }
        text += "\n## Hooks\n\n" + HookReference.table
        text += "\n## Plugins\n\n" + tables(in: .record(PluginManifest.record))
        return text
    }

    private static func entry(_ binding: Binding) -> String {
        var text = "\n### \(binding.signature)\n\n\(binding.doc)\n"
        if binding.phases != ScriptPhase.everywhere {
            let phases = ScriptPhase.allCases.filter(binding.phases.contains).map(\.noun)
            text += "\nFor \(Words.anyOf(phases)).\n"
        }
        if binding.tableStage != nil {
            text += "\n" + tables(in: binding.parameters[0].shape)
        } else {
            if !binding.parameters.isEmpty {
                text += "\n" + list(binding.parameters)
            }
            if !binding.results.isEmpty { text += "\nGives:\n\n" + list(binding.results) }
            var seen: Set<String> = []
            for field in binding.parameters + binding.results {
                for record in LuaType.records(in: field.shape)
                where seen.insert(record.noun).inserted {
                    text += "\n" + keys(of: record)
                }
            }
        }
        if !binding.examples.isEmpty {
            text += "\n```lua\n" + binding.examples.joined(separator: "\n") + "\n```\n"
        }
        return text
    }

    private static func list(_ fields: [Field]) -> String {
        fields.map { field in
            "- `\(field.name)` (`\(LuaType.of(field.shape))`\(fallback(field))): \(field.doc)\n"
        }.joined()
    }

    /// The keys of the table a constructor takes, and of the tables inside it.
    private static func tables(in shape: Shape) -> String {
        var seen: Set<String> = []
        return LuaType.records(in: shape).filter { record in
            seen.insert(record.noun).inserted
        }.map(keys).joined(separator: "\n")
    }

    private static func keys(of record: Record) -> String {
        var text = "| key of `\(record.noun)` | type | default | meaning |\n|---|---|---|---|\n"
        for field in record.fields {
            let type = LuaType.of(field.shape).replacing("|", with: "\\|")
            text +=
                "| `\(field.name)` | `\(type)` | \(standard(field)) | "
                + "\(field.doc.replacing("|", with: "\\|")) |\n"
        }
        for group in record.groups {
            text +=
                "\nOf \(Words.anyOf(group.names.map { "`\($0)`" })) one is given"
                + (group.fallback == nil ? ".\n" : ", or none.\n")
        }
        return text
    }

    private static func standard(_ field: Field) -> String {
        switch field.fallback {
        case .required: "required"
        case .none: ""
        case .empty: "`{}`"
        case .value(let value): "`\(LuaSpelling.of(value))`"
        }
    }

    private static func fallback(_ field: Field) -> String {
        switch field.fallback {
        case .required: ""
        case .none, .empty: ", optional"
        case .value: ", default \(standard(field))"
        }
    }
}
