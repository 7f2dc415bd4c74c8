import LuaRuntime

/// What `nj.test.expect(value)` gives: the matchers, written in Lua so that a failure points at the
/// spec's own line.
enum SpecMatchers {
    private static let source = """
        local equal, spell, differs = ...
        local function matchers(actual, negated)
          local function check(holds, sentence)
            if holds == negated then
              error("expected " .. spell(actual) .. (negated and " not " or " ") .. sentence, 3)
            end
          end
          local function number(value, what)
            if type(value) ~= "number" then
              error(what .. " must be a number, got " .. spell(value), 3)
            end
          end
          return {
            to_equal = function(expected)
              check(equal(actual, expected), "to equal " .. spell(expected))
            end,
            to_be = function(expected)
              check(rawequal(actual, expected), "to be " .. spell(expected))
            end,
            to_be_nil = function() check(actual == nil, "to be nil") end,
            to_be_true = function() check(actual == true, "to be true") end,
            to_be_false = function() check(actual == false, "to be false") end,
            to_be_near = function(expected, tolerance)
              tolerance = tolerance or 1e-6
              number(actual, "the value")
              number(expected, "the expectation")
              check(math.abs(actual - expected) <= tolerance,
                "to be within " .. spell(tolerance) .. " of " .. spell(expected))
            end,
            to_match = function(pattern)
              check(type(actual) == "string" and actual:find(pattern) ~= nil,
                "to match " .. spell(pattern))
            end,
            to_contain = function(expected)
              local found = false
              if type(actual) == "string" then
                found = actual:find(expected, 1, true) ~= nil
              elseif type(actual) == "table" then
                for _, value in pairs(actual) do found = found or equal(value, expected) end
              end
              check(found, "to contain " .. spell(expected))
            end,
            to_raise = function(pattern)
              if type(actual) ~= "function" then
                error("to_raise takes a function, got " .. spell(actual), 2)
              end
              local ok, message = pcall(actual)
              local holds = not ok and (pattern == nil or tostring(message):find(pattern) ~= nil)
              check(holds, "to raise " .. (pattern and spell(pattern) or "an error")
                .. (ok and "" or "; it raised " .. spell(tostring(message))))
            end,
            to_match_snapshot = function(name)
              local kept = differs(name or "", actual)
              check(kept == nil, "to match its snapshot:\\n" .. tostring(kept))
            end,
          }
        end
        return function(actual)
          local plain = matchers(actual, false)
          plain.never = matchers(actual, true)
          return plain
        end
        """

    /// The names of the matchers, for the editor and the reference.
    static let record = Record(
        noun: "expectation",
        fields: [
            field("to_equal", "the same value, tables compared entry by entry", ["expected"]),
            field("to_be", "the very same value or table", ["expected"]),
            field("to_be_nil", "nil"),
            field("to_be_true", "true"),
            field("to_be_false", "false"),
            field("to_be_near", "a number at most so far off (1e-6)", ["expected", "tolerance?"]),
            field("to_match", "a string that fits a Lua pattern", ["pattern"]),
            field("to_contain", "a string or table with this in it", ["expected"]),
            field("to_raise", "a function that raises an error", ["pattern?"]),
            field(
                "to_match_snapshot", "the value kept beside the spec; kept at the first run",
                ["name?"]),
            Field("never", .any, .required, "the same matchers, turned round"),
        ])

    private static func field(_ name: String, _ doc: String, _ parameters: [String] = []) -> Field {
        let signature = Signature(
            parameters: parameters.map { name in
                Field(
                    name.replacing("?", with: ""), .any, name.hasSuffix("?") ? .none : .required, ""
                )
            })
        return Field(name, .function(signature), .required, doc)
    }

    /// Loads the matchers into a spec's state.
    static func install(in state: LuaState, session: SpecSession) throws {
        state.register(module: "nightjar.matchers", name: "equal") { call in
            let values = (0..<2).map { index in
                index < call.arguments.count ? call.arguments[index] : .nil
            }
            guard let a = try? values[0].plain(), let b = try? values[1].plain() else {
                return [.boolean(false)]
            }
            return [.boolean(PlainEquality.equal(a, b))]
        }
        state.register(module: "nightjar.matchers", name: "spell") { call in
            let value = call.argument(1) ?? .nil
            guard let plain = try? value.plain() else { return [.string(LuaString(value.summary))] }
            let text = LuaSpelling.of(plain)
            return [.string(LuaString(text.count > 400 ? "\(text.prefix(400))..." : text))]
        }
        state.register(module: "nightjar.matchers", name: "differs") { call in
            let value = try (call.argument(2) ?? .nil).plain()
            let kept = try session.snapshotDifference(try call.string(1), value)
            return [kept.map { .string(LuaString($0)) } ?? .nil]
        }
        let chunk = try state.load(
            """
            local functions = require "nightjar.matchers"
            return functions.equal, functions.spell, functions.differs
            """, name: "nightjar")
        let functions = try chunk.callNodes()
        guard
            case .function(let expect)? = try state.load(source, name: "nightjar")
                .callNodes(functions).first
        else { preconditionFailure("the matchers are a function") }
        session.expect = expect
    }
}
