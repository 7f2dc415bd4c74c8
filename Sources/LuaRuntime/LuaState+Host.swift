import CLuaShim
import Naming

/// A function of the host, as scripts may call it.
public typealias HostBody = (inout HostCall) throws -> [LuaNode]

struct HostFunction {
    let name: String
    let body: HostBody
}

extension LuaState {
    /// Lets scripts call `body` as `name` in a table of a module; `module` nil means the globals.
    ///
    /// `table` is dotted ("data.sources") or nil for the module itself; missing tables are made.
    /// Registering a name again replaces it. What `body` captures lives as long as the state: a
    /// closure that holds a `LuaFunction` of this state keeps both alive for ever.
    ///
    ///     state.register(module: "nightjar", table: "data", name: "jsonl") { call in
    ///         [.string(LuaString(try call.string(1)))]
    ///     }
    public func register(
        module: String? = nil, table: String? = nil, name: String, _ body: @escaping HostBody
    ) {
        let path = table.map { "\($0).\(name)" } ?? name
        let function = HostFunction(
            name: module.map { "\($0).\(path)" } ?? path, body: body)
        hostFunctions.append(function)
        let result = njl_define(
            context, module ?? "", path, Int32(hostFunctions.count - 1), nil, 0)
        precondition(result == NJL_OK, "no memory is left to register '\(function.name)'")
    }

    /// Puts plain data where scripts find it, in the manner of `register`.
    public func define(
        module: String? = nil, table: String? = nil, name: String, _ value: LuaValue
    ) throws {
        var writer = takeWriter()
        defer { giveBack(writer) }
        writer.begin(count: 1)
        try writer.put(value)
        let path = table.map { "\($0).\(name)" } ?? name
        let result = njl_define(context, module ?? "", path, 0, writer.bytes, writer.count)
        precondition(result == NJL_OK, "no memory is left to define '\(path)'")
    }

    /// Locks a module: scripts can no longer write to its tables, and reading a name that is not
    /// there is an error that names the nearest one.
    ///
    /// `shown` is what messages call the module; nil stands for its own name. Functions registered
    /// later are still added; tables that they add are locked by sealing again.
    ///
    ///     state.seal(module: "nightjar", as: "nj")   ->   nj.text has no 'fodl'; did you mean 'fold'?
    public func seal(module: String, as shown: String? = nil) {
        let result = njl_seal_module(context, module, shown ?? module)
        precondition(result == NJL_OK, "no memory is left to seal '\(module)'")
    }

    /// Lets scripts call the functions of a module as methods of every object of a type, made from
    /// now on: `run:step()` calls the module's `step` with the object as its first argument.
    ///
    /// The module is registered and sealed before.
    public func giveMethods(of module: String, to typeName: String) {
        let number = Int32(classes.count + 1)
        let result = njl_give_methods(context, module, typeName, number)
        precondition(result == NJL_OK, "no memory is left for the methods of '\(typeName)'")
        classes[typeName] = Int64(number)
    }

    /// Says that a sealed table lacks a name, and which one was probably meant.
    fileprivate func answerMissing(_ list: UnsafePointer<UInt8>) {
        var reader = WireReader(list, state: nil)
        let values = reader.values()
        let table = values[0].asText ?? "this table"
        guard case .string(let string) = values[1] else { return }
        let name = string.description
        let names = values[2].asTable?.array.compactMap(\.asText) ?? []
        let hint = nearestName(to: name, among: names).map { "; did you mean '\($0)'?" }
        let shown = shortened(name, to: 60)
        let lack = table.isEmpty ? "'\(shown)' is not defined" : "\(table) has no '\(shown)'"
        let sentence = lack + (hint ?? "")
        _ = Array(sentence.utf8).withUnsafeBufferPointer {
            reply($0.baseAddress, $0.count, NJL_HOST_FAILED)
        }
    }

    /// Charges a host function's work to the budget of the call in progress, before it is done.
    ///
    /// No hook of the interpreter runs while a host function does, so long work asks every now and
    /// then. To be called by host functions alone.
    ///
    /// - Throws: `LuaError` where a budget is spent. The function should pass it on at once; the
    ///   script ends whatever it answers.
    public func charge(bytes: Int) throws {
        guard njl_charge_host(context, UInt64(max(0, bytes))) != 0 else {
            throw LuaError(kind: .budgetTime, message: "the budget of this call is spent")
        }
    }

    /// Runs a host function; everything here returns, nothing jumps.
    fileprivate func answer(_ index: Int32, _ arguments: UnsafePointer<UInt8>) -> Int32 {
        var reader = WireReader(arguments, state: self)
        let function = hostFunctions[Int(index)]
        var call = HostCall(state: self, name: function.name, arguments: reader.nodes())
        do {
            let results = try function.body(&call)
            var writer = takeWriter()
            defer { giveBack(writer) }
            writer.begin(count: results.count)
            for result in results { try writer.put(result, of: self) }
            return reply(writer.bytes, writer.count, NJL_HOST_OK)
        } catch {
            return replyError(error)
        }
    }

    /// The source of a module, or the reason why there is none.
    fileprivate func answerModule(_ name: String) -> Int32 {
        do {
            guard let modules else {
                throw LuaError(
                    kind: .runtime, message: "module '\(shortened(name, to: 200))' is not registered")
            }
            let module = try modules.load(name)
            var writer = takeWriter()
            defer { giveBack(writer) }
            writer.begin(count: 2)
            try writer.put(.string(LuaString(bytes: module.bytes)))
            try writer.put(.string(LuaString("@" + module.path)))
            return reply(writer.bytes, writer.count, NJL_HOST_OK)
        } catch {
            return replyError(error)
        }
    }

    private func replyError(_ error: any Error) -> Int32 {
        var message = "\(error)"
        var answer = NJL_HOST_FAILED
        if let error = error as? LuaError {
            // An error with a place of its own needs no second one.
            message = error.sentence
            if error.chunk != nil { answer = NJL_HOST_PASSED }
        }
        lastThrown = (message, error)
        return message.withUTF8 { reply($0.baseAddress, $0.count, answer) }
    }

    private func reply(_ bytes: UnsafePointer<UInt8>?, _ count: Int, _ answer: Int) -> Int32 {
        let copied = njl_reply(context, bytes, count)
        precondition(copied != 0, "no memory is left for a host function's answer")
        return Int32(answer)
    }
}

// The shim calls these on the thread of the call in progress. They are nonisolated functions of C's
// convention: a closure made in an isolated context would check for that isolation.

func callHost(
    owner: UnsafeMutableRawPointer?, index: Int32, arguments: UnsafePointer<UInt8>?, count: Int
) -> Int32 {
    guard let owner, let arguments else { preconditionFailure("the shim names the owner") }
    return Unmanaged<LuaState>.fromOpaque(owner).takeUnretainedValue().answer(index, arguments)
}

func findModule(
    owner: UnsafeMutableRawPointer?, name: UnsafePointer<UInt8>?, count: Int
) -> Int32 {
    guard let owner else { preconditionFailure("the shim names the owner") }
    let name = String(decoding: UnsafeBufferPointer(start: name, count: count), as: UTF8.self)
    return Unmanaged<LuaState>.fromOpaque(owner).takeUnretainedValue().answerModule(name)
}

func nameMissing(owner: UnsafeMutableRawPointer?, list: UnsafePointer<UInt8>?) {
    guard let owner, let list else { preconditionFailure("the shim names the owner") }
    Unmanaged<LuaState>.fromOpaque(owner).takeUnretainedValue().answerMissing(list)
}

func printLine(owner: UnsafeMutableRawPointer?, text: UnsafePointer<UInt8>?, count: Int) {
    guard let owner else { preconditionFailure("the shim names the owner") }
    let text = String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self)
    Unmanaged<LuaState>.fromOpaque(owner).takeUnretainedValue().printed(text)
}
