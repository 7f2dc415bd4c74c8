import LuaRuntime
import Testing

@testable import Scripting

@Suite struct CatalogueTests {
    @Test func everyFunctionIsDeclaredOnceWithAName() {
        let names = Catalogue.bindings.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(
            Set(names).isSuperset(of: [
                "recipe", "data.text", "data.jsonl", "data.folder", "data.mix", "model.init",
                "optim.adamw", "optim.sgd", "schedule.constant", "schedule.linear",
                "schedule.cosine", "schedule.wsd", "schedule.piecewise",
            ]))
    }

    @Test func everyFunctionIsInTheModule() throws {
        let state = LuaState()
        try Catalogue.register(in: state, context: ScriptContext(owner: "test", phase: .recipe))
        for declaration in Catalogue.bindings {
            let results = try state.run(
                "return type(require('nightjar').\(declaration.name))", name: "test.lua")
            #expect(results.first?.summary == "string \"function\"")
        }
    }

    @Test func everyKeyIsDocumentedAndNamedOnce() {
        var records: [Record] = []
        func collect(_ shape: Shape) {
            switch shape {
            case .record(let record):
                records.append(record)
                record.fields.forEach { collect($0.shape) }
            case .kinds(let kinds), .mix(let kinds), .sources(let kinds):
                kinds.records.forEach { collect(.record($0)) }
            case .either(let shapes): shapes.forEach(collect)
            case .list(let shape), .array(let shape), .map(let shape): collect(shape)
            default: break
            }
        }
        Catalogue.bindings.forEach { $0.parameters.forEach { collect($0.shape) } }
        collect(.record(PluginManifest.record))
        #expect(records.count > 15)
        for record in records {
            #expect(Set(record.names).count == record.names.count, "\(record.noun)")
            for field in record.fields {
                #expect(!field.doc.isEmpty, "\(record.noun).\(field.name)")
                #expect(record.unsupported[field.name] == nil)
            }
            for group in record.groups {
                #expect(group.names.allSatisfy { record.field($0) != nil }, "\(record.noun)")
            }
        }
        #expect(Catalogue.bindings.allSatisfy { $0.doc.hasSuffix(".") })
    }

    @Test func constructorsAnswerPlainTablesWithTheirKind() throws {
        let state = LuaState()
        try Catalogue.register(in: state, context: ScriptContext(owner: "test", phase: .recipe))
        let results = try state.run(
            """
            local nj = require "nightjar"
            local s = nj.schedule.wsd { warmup_steps = 3.0 }
            local keys = {}
            for key, value in pairs(s) do keys[#keys + 1] = key .. "=" .. tostring(value) end
            return table.concat(keys, " "), getmetatable(s)
            """, name: "test.lua")
        #expect(results.first?.summary == "string \"kind=wsd warmup_steps=3\"")
    }
}
