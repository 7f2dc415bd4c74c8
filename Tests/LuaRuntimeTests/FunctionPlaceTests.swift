import LuaRuntime
import Testing

struct FunctionPlaceTests {
    @Test func aFunctionKnowsWhereItIsDefined() throws {
        let state = LuaState()
        let nodes = try state.run(
            "local function f()\n  return 1\nend\nreturn f, print, function() end",
            name: "recipes/a long name that Lua itself would cut somewhere in the middle of it.lua")
        let places = nodes.map { node in
            if case .function(let function) = node { return function.place }
            return nil
        }
        let name = "recipes/a long name that Lua itself would cut somewhere in the middle of it.lua"
        #expect(places[0] == LuaPlace(chunk: name, line: 1, lastLine: 3))
        #expect(places[1] == nil)
        #expect(places[2]?.description == "\(name):4")
        let chunk = try state.load("return 1", name: "chunk.lua")
        #expect(chunk.place == LuaPlace(chunk: "chunk.lua", line: 0, lastLine: 0))
        #expect(chunk.place?.description == "chunk.lua")
    }
}
