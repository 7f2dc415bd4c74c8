import Foundation
import LuaRuntime
import Testing

@testable import Scripting

/// What is written from declarations must be what is checked in: `nightjar annotate` mends it.
@Suite struct AnnotationDriftTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    @Test func stubsAreThoseOfTheDeclarations() throws {
        let folder = Self.root + "/Scripts/types/nightjar"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(names == AnnotationWriter.files.map(\.name).sorted())
        for file in AnnotationWriter.files {
            let kept = try String(contentsOfFile: folder + "/" + file.name, encoding: .utf8)
            #expect(kept == file.text, "run `nightjar annotate`: \(file.name) differs")
        }
    }

    @Test func theReferenceIsThatOfTheDeclarations() throws {
        let path = Self.root + "/Sources/Nightjar/Nightjar.docc/Reference.md"
        let kept = try String(contentsOfFile: path, encoding: .utf8)
        #expect(kept == ReferenceWriter.page, "run `nightjar annotate`")
    }

    @Test func stubsAreLuaAndNameEveryFunction() throws {
        let state = LuaState()
        let text = AnnotationWriter.files.map(\.text).joined()
        for file in AnnotationWriter.files { _ = try state.load(file.text, name: file.name) }
        for binding in Catalogue.bindings {
            let table = binding.namespace ?? "nj"
            #expect(text.contains("function \(table).\(binding.baseName)("), "\(binding.name)")
        }
    }

    @Test func aClassNameStandsForOneRecord() {
        var seen: [String: [String]] = [:]
        let shapes = Catalogue.bindings.flatMap { ($0.parameters + $0.results).map(\.shape) }
        for record in (shapes + [.record(PluginManifest.record)]).flatMap(LuaType.records) {
            let name = LuaType.className(record)
            #expect(seen[name] == nil || seen[name] == record.names, "\(name)")
            seen[name] = record.names
        }
        #expect(seen.count > 20)
    }

    @Test func everyTypeThatIsNamedIsDeclared() {
        let text = AnnotationWriter.files.map(\.text).joined()
        let named = Set(text.matches(of: #/nightjar\.[A-Za-z]+/#).map { String($0.output) })
        let declared = Set(
            text.matches(of: #/---@class (nightjar\.[A-Za-z]+)/#).map { String($0.output.1) })
        #expect(named.subtracting(declared).isEmpty)
    }

    /// The examples of the reference hold.
    @Test(arguments: Catalogue.bindings.filter { !$0.examples.isEmpty }.map(\.name))
    func examplesAreTrue(name: String) throws {
        let binding = try #require(Catalogue.bindings.first { $0.name == name })
        let phase = ScriptPhase.allCases.first(where: binding.phases.contains) ?? .test
        let context = ScriptContext(owner: "examples", phase: phase)
        context.run = .table(LuaTable(["step": 3]))
        let state = LuaState()
        try Catalogue.register(in: state, context: context)
        for example in binding.examples {
            let results = try state.run(
                "local nj = require 'nightjar'\nreturn " + example, name: name)
            #expect(results.first?.summary == "boolean true", "\(example)")
        }
    }
}
