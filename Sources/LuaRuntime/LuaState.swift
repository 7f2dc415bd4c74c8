import CLuaShim

/// One Lua 5.4 interpreter with its sandbox, its budget and its host functions.
///
/// Scripts see an allow-list of globals (base without the loaders, `string`, `table`, `math`
/// without random numbers, `utf8`, `coroutine`, `require`) that accepts no assignment. Lua errors
/// unwind C frames only; the host sees them as thrown `LuaError`s. A state is used by one thread at
/// a time; a second thread that enters while a call is in progress is the host's mistake and traps.
///
///     let state = LuaState()
///     let answer = try state.run("return 6 * 7", name: "answer.lua")
public final class LuaState {
    /// What a call may spend where it does not say otherwise.
    public var budget: Budget
    /// Called after an outermost call was cut off by the clock: where that happened, another run of
    /// the same script may end elsewhere.
    public var onTimeCut: (() -> Void)?
    /// How many outermost calls the clock has cut off.
    public internal(set) var timeCutCount = 0
    /// Whether a call could not be ended, and the state had to be left as it was.
    ///
    /// That happens where a script keeps Lua busy without running an instruction. Every later call
    /// throws; the state's memory stays taken until the process ends. Make another.
    public var isGivenUp: Bool { njl_is_given_up(context) != 0 }
    /// Where `require` finds files; without it only registered modules are found.
    public let modules: ModuleLoader?

    /// Ends a call in progress from any thread.
    public let interrupter: LuaInterrupter

    let context: OpaquePointer
    var hostFunctions: [HostFunction] = []
    /// The last error a host function threw, with the text Lua was given for it.
    var lastThrown: (message: String, error: any Error)?
    private let output: (String) -> Void
    private var objects: [Int64: LuaObject] = [:]
    private var nextHandle: Int64 = 0
    /// The numbers of the types whose objects have methods.
    var classes: [String: Int64] = [:]
    /// Reused between calls; taken out while in use, since calls nest.
    private var spareWriter: WireWriter? = WireWriter()

    /// Opens a state. `print` receives the lines that scripts print, without their newline.
    public init(
        budget: Budget = .loading, modules: ModuleLoader? = nil,
        print output: @escaping (String) -> Void = { Swift.print($0) }
    ) {
        self.budget = budget
        self.modules = modules
        self.output = output
        guard
            let context = njl_open(
                njl_host(
                    call: callHost, find: findModule, missing: nameMissing, print: printLine))
        else { preconditionFailure("no memory or no thread is left for a Lua state") }
        self.context = context
        interrupter = LuaInterrupter(context)
        njl_own(context, Unmanaged.passUnretained(self).toOpaque())
    }

    deinit {
        interrupter.forget()
        njl_close(context)
    }

    /// What the state holds now, in bytes.
    public var memoryBytes: Int { njl_memory_used(context) }
    /// The same without what nothing reaches any more, which is freed for it; not during a call.
    public var keptBytes: Int {
        njl_collect(context)
        return memoryBytes
    }
    /// The most that the state held during the last outermost call, in bytes.
    public var lastPeakBytes: Int { njl_memory_peak(context) }
    /// What the last outermost call ran, in instructions and charged work: at most its limit, and
    /// nil where its budget did not count.
    ///
    /// The same script on the same input gives the same count, except after a cut-off by time.
    public var lastInstructionCount: Int? {
        let count = njl_instructions(context)
        return count < 0 ? nil : Int(count)
    }
    /// The functions that the host keeps now.
    public var keptFunctionCount: Int { njl_kept_functions(context) }
    /// The host objects that Lua may still hold.
    public var keptObjectCount: Int {
        dropDeadObjects()
        return objects.count
    }

    /// Compiles a chunk of source text. `name` is what errors call it: the path as the user gave
    /// it.
    public func load(_ source: [UInt8], name: String, budget: Budget? = nil) throws -> LuaFunction {
        checkThread()
        let budget = budget ?? self.budget
        var reference: Int32 = 0
        // Some editors put a byte order mark before the text; Lua's own reader of files drops it.
        let source = source.starts(with: [0xEF, 0xBB, 0xBF]) ? source.dropFirst(3) : source[...]
        let result = source.withUnsafeBufferPointer { buffer in
            njl_load(
                context, buffer.baseAddress, buffer.count, "@" + name, budget.wire, &reference)
        }
        guard result == NJL_OK else { throw failure(result, budget: budget) }
        return LuaFunction(state: self, reference: reference)
    }

    /// Compiles a text chunk under a name; nothing of it runs yet.
    public func load(_ source: String, name: String, budget: Budget? = nil) throws -> LuaFunction {
        try load(Array(source.utf8), name: name, budget: budget)
    }

    /// Compiles and runs a chunk; its results keep functions and objects.
    @discardableResult
    public func run(
        _ source: String, name: String, budget: Budget? = nil
    ) throws -> [LuaNode] {
        try load(source, name: name, budget: budget).callNodes(budget: budget)
    }

    func call<Result>(
        _ function: LuaFunction, budget: Budget?, keepsReferences: Bool,
        write: (inout WireWriter) throws -> Void, read: (inout WireReader) -> Result
    ) throws -> Result {
        checkThread()
        let budget = budget ?? self.budget
        var writer = takeWriter()
        defer { giveBack(writer) }
        try write(&writer)
        let result = njl_call(
            context, function.reference, writer.bytes, writer.count, budget.wire,
            keepsReferences ? 1 : 0)
        guard result == NJL_OK else { throw failure(result, budget: budget) }
        dropDeadObjects()
        var count = 0
        guard let bytes = njl_output(context, &count) else {
            preconditionFailure("a call that ended well has an output")
        }
        var reader = WireReader(bytes, state: keepsReferences ? self : nil)
        return read(&reader)
    }

    func checkThread() {
        precondition(
            njl_is_busy_elsewhere(context) == 0, "a Lua state is used by one thread at a time")
    }

    func takeWriter() -> WireWriter {
        let writer = spareWriter ?? WireWriter()
        spareWriter = nil
        return writer
    }

    func giveBack(_ writer: WireWriter) {
        spareWriter = writer
    }

    func printed(_ line: String) {
        output(line)
    }

    /// Keeps an object for one userdata of it; the shim tells when that userdata is gone.
    func keep(_ object: LuaObject) -> Int64 {
        nextHandle += 1
        let handle = classes[object.typeName, default: 0] * NJL_CLASS + nextHandle
        objects[handle] = object
        return handle
    }

    func object(_ handle: Int64) -> LuaObject {
        guard let object = objects[handle] else {
            preconditionFailure("Lua holds an object that the state has let go")
        }
        return object
    }

    func dropDeadObjects() {
        while case let handle = njl_next_dead_object(context), handle >= 0 {
            objects[handle] = nil
        }
    }
}
