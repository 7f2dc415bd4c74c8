import LuaRuntime
import Naming

/// What is wrong with a script: what happened, where, and what to do about it.
///
/// Printed, it reads as one sentence with its place, then the traceback of a script that raised:
///
///     recipe.lua:12: batch.size: expected an integer from 1 to 1048576, got string "ten"
public struct ScriptingError: Error, Sendable {
    /// The kind of mistake.
    public enum Code: String, Sendable, Hashable {
        /// A file that is not there, or not a script.
        case badFile
        /// A file that the machine could not read.
        case unreadable
        /// The source does not compile.
        case syntax
        /// The script raised an error, or Lua did on its behalf.
        case runtime
        /// The script ran past its time or memory.
        case budget
        /// A key or value that a recipe cannot have.
        case badValue
        /// A `--set` that names no dial, or gives it a value it cannot have.
        case badOverride
        /// A function whose answer cannot be used.
        case badAnswer
        /// A plugin's own example that does not hold.
        case selfTest
        /// The script was ended from outside.
        case interrupted
    }

    public var code: Code
    /// What happened, then what to do, without the place.
    public var message: String
    /// The script's path as the user gave it.
    public var path: String?
    /// One-based, where known.
    public var line: Int?
    /// The way to the value at fault: `data.fiction.weight`.
    public var keyPath: String?
    /// The frames from the innermost outwards, one line each.
    public var traceback: [String]
    /// Whether the clock cut the script off: on another machine, or the next time, it may get
    /// further.
    ///
    /// Counted instructions and memory end it at the same place everywhere.
    public var isCutByTime = false
    /// What failed on the script's behalf, such as a run that it drives; it decides whose mistake
    /// it was.
    public var cause: (any Error)?

    public init(
        _ code: Code, _ message: String, path: String? = nil, line: Int? = nil,
        keyPath: String? = nil, traceback: [String] = []
    ) {
        self.code = code
        self.message = shortened(message, to: ScriptingError.longestMessage)
        self.path = path
        self.line = line
        self.keyPath = keyPath
        self.traceback = traceback
    }

    /// Bytes of the longest message.
    private static let longestMessage = 1 << 13

    /// Whether the file as a whole could not be run, whatever it says.
    var isOfTheFile: Bool { [.badFile, .unreadable, .syntax, .runtime].contains(code) }

    /// Whether the user can mend it by changing the script; else the machine failed.
    public var isUserMistake: Bool { code != .unreadable }
}

extension ScriptingError: CustomStringConvertible {
    public var description: String {
        var place = path ?? ""
        if let line, path != nil { place += ":\(line)" }
        let sentence = [place, keyPath ?? "", message].filter { !$0.isEmpty }
            .joined(separator: ": ")
        return ([sentence] + traceback.map { "  " + $0 }).joined(separator: "\n")
    }
}

extension ScriptingError {
    /// What a failed call into Lua means to the user.
    ///
    /// - Parameter source: gives a chunk's source, which shows the line of a key at fault.
    init(
        _ error: LuaError, path: String? = nil, source: (_ chunk: String) -> [UInt8]? = { _ in nil }
    ) {
        if let fault = error.cause as? ShapeFault {
            let place = error.chunk.flatMap(source).flatMap { source in
                error.line.flatMap { fault.line(inCallAt: $0, source) }
            }
            self.init(
                .badValue, fault.sentence, path: error.chunk ?? path, line: place ?? error.line,
                keyPath: fault.place, traceback: error.traceback)
            return
        }
        let code: Code =
            switch error.kind {
            case .syntax: .syntax
            case .budgetTime, .budgetMemory, .budgetInstructions: .budget
            case .type: .badValue
            case .runtime, .host: .runtime
            case .interrupted: .interrupted
            }
        self.init(
            code, error.message, path: error.chunk ?? path, line: error.line,
            traceback: error.traceback)
        isCutByTime = error.kind == .budgetTime
        cause = error.cause
    }
}

extension ShapeFault {
    /// The line of the key at fault in the table that a call was given; nil where it is not written
    /// out.
    fileprivate func line(inCallAt line: Int, _ source: [UInt8]) -> Int? {
        // A recipe's own key paths begin at the recipe.
        let function = (constructor ?? "recipe").split(separator: ".").last.map(String.init) ?? ""
        return SourceMap(source, givenBy: .init(function: function, line: line))
            .line(of: linePath)
    }
}

extension ModuleLoader {
    /// The source of a chunk that was read, the main file's by the name it was loaded under.
    func source(of chunk: String, main: String) -> [UInt8]? {
        files.first { chunk == main ? $0.name == nil : $0.path == chunk }?.bytes
    }
}

extension LuaError {
    /// Whether a budget was spent, which nothing in the call outlives.
    var isOfTheBudget: Bool {
        switch kind {
        case .budgetTime, .budgetMemory, .budgetInstructions: true
        default: false
        }
    }
}
