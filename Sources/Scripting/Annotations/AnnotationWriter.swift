/// Writes what an editor knows of the module: LuaLS stubs, from the declarations that register the
/// functions.
///
/// One file a namespace, one for the module itself and one for what handlers receive and answer. A
/// class that is none of the handlers' stands in the file of the first function of a namespace that
/// speaks of it.
public enum AnnotationWriter {
    /// File names below `Scripts/types/nightjar` with their contents.
    public static var files: [(name: String, text: String)] {
        var known: Set<String> = []
        let namespaces = AnnotationWriter.namespaces
        var files: [(String, String)] = [("hooks.d.lua", hooks(known: &known))]
        // The recipe speaks of nearly every class: it comes last, else all would stand in its file.
        for namespace in namespaces {
            files.append(("\(namespace).d.lua", stub(of: namespace, known: &known)))
        }
        files.insert(("nightjar.d.lua", root(namespaces, known: &known)), at: 0)
        files.append(("plugin.d.lua", plugin(known: &known)))
        return files.map { (name: $0.0, text: $0.1) }
    }

    /// The nouns of the module, in the order of the declarations.
    static var namespaces: [String] {
        var seen: Set<String> = []
        return Catalogue.bindings.compactMap(\.namespace).filter { seen.insert($0).inserted }
    }

    private static let header = """
        -- Written by `nightjar annotate` from the functions' own declarations; edits are lost.
        -- For editors alone: nothing here is ever run.

        """

    private static func root(_ namespaces: [String], known: inout Set<String>) -> String {
        let bindings = Catalogue.bindings.filter { $0.namespace == nil }
        var text = "---@meta nightjar\n" + header + "\n"
        text += classes(of: bindings, known: &known)
        text += "---The house, as `require \"nightjar\"` gives it.\n---@class nightjar\n"
        text += "---@field version string\n"
        for namespace in namespaces { text += "---@field \(namespace) nightjar.\(namespace)\n" }
        text += "local nj = {}\n"
        text += bindings.map { function($0, of: "nj") }.joined()
        return text + "\nreturn nj\n"
    }

    private static func stub(of namespace: String, known: inout Set<String>) -> String {
        let bindings = Catalogue.bindings.filter { $0.namespace == namespace }
        return "---@meta\n" + header + "\n" + classes(of: bindings, known: &known)
            + "---@class nightjar.\(namespace)\nlocal \(namespace) = {}\n"
            + bindings.map { function($0, of: namespace) }.joined()
            + (namespace == RunMethods.namespace ? methods(known: &known) : "")
    }

    /// The class of a run, beside the functions that give one.
    private static func methods(known: inout Set<String>) -> String {
        "\n" + classes(of: Catalogue.methods, known: &known)
            + "---A run, as `nj.run.open` gives it.\n"
            + "---@class \(LuaType.of(RunMethods.shape))\nlocal Run = {}\n"
            + Catalogue.methods.map { function($0, of: "Run", mark: ":") }.joined()
    }

    private static func hooks(known: inout Set<String>) -> String {
        let signatures = [HookCatalogue.record.fields.map(\.shape), [.function(Curriculum.signature)]]
        return "---@meta\n" + header + "\n"
            + signatures.joined().flatMap(LuaType.records)
            .map { declaration($0, known: &known) }.joined()
    }

    private static func plugin(known: inout Set<String>) -> String {
        "---@meta\n" + header + "\n"
            + LuaType.records(in: .record(PluginManifest.record))
            .map { declaration($0, known: &known) }.joined()
    }

    private static func classes(of bindings: [Binding], known: inout Set<String>) -> String {
        bindings.flatMap { $0.parameters + $0.results }.flatMap { LuaType.records(in: $0.shape) }
            .map { declaration($0, known: &known) }.joined()
    }

    /// The class of a record, once.
    private static func declaration(_ record: Record, known: inout Set<String>) -> String {
        let name = LuaType.className(record)
        guard known.insert(name).inserted else { return "" }
        var text = "---@class \(name)\n"
        if let tag = record.tag { text += "---@field kind? \"\(tag)\"\n" }
        for field in record.fields {
            text +=
                "---@field \(field.name)\(field.isRequired ? "" : "?") "
                + "\(LuaType.of(field.shape)) \(oneLine(field.doc))\n"
        }
        if record.isOpen { text += "---@field [string] any\n" }
        return text + "\n"
    }

    private static func function(
        _ binding: Binding, of table: String, mark: String = "."
    ) -> String {
        var text = "\n---\(oneLine(binding.doc))\n"
        if binding.phases != ScriptPhase.everywhere {
            let phases = ScriptPhase.allCases.filter(binding.phases.contains).map(\.noun)
            text += "---\n---For \(Words.anyOf(phases)).\n"
        }
        for parameter in binding.parameters {
            text +=
                "---@param \(parameter.name)\(parameter.isRequired ? "" : "?") "
                + "\(LuaType.of(parameter.shape)) \(oneLine(parameter.doc))\n"
        }
        for result in binding.results {
            text +=
                "---@return \(LuaType.of(result.shape))\(result.isRequired ? "" : "?") "
                + "\(result.name) \(oneLine(result.doc))\n"
        }
        let names = binding.parameters.map(\.name).joined(separator: ", ")
        return text + "function \(table)\(mark)\(binding.baseName)(\(names)) end\n"
    }

    private static func oneLine(_ text: String) -> String {
        text.split(separator: "\n").joined(separator: " ")
    }
}
