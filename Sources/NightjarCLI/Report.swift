import ArgumentParser
import Checkpoints
import Conversations
import Corpora
import Evaluation
import Exports
import Foundation
import Generation
import Scripting
import Telemetry
import Tokenizers
import Training
import Transformers

/// The one place where errors become words on standard error and an exit code.
enum Report {
    enum ExitCode: Int32 {
        case done = 0
        /// The run failed by itself, as by a loss that is not finite.
        case failed = 1
        /// The user can put it right.
        case mistake = 2
        /// Disk, memory, a file that shrank.
        case machine = 3
        /// Stopped by the user, with everything saved.
        case interrupted = 130
    }

    /// Ends the process.
    static func end(with error: any Error) -> Never {
        if let exit = error as? InterruptedRun {
            Foundation.exit(exit.code.rawValue)
        }
        if let failed = error as? FailedSpecs {
            Foundation.exit(failed.code.rawValue)
        }
        let parserCode = NightjarCommand.exitCode(for: error)
        if parserCode == .success {
            print(NightjarCommand.fullMessage(for: error))
            Foundation.exit(ExitCode.done.rawValue)
        }
        let code = exitCode(of: error)
        let isParsers = code == nil
        let style = TerminalStyle.detect(descriptor: 2)
        let text = isParsers ? parsersSentence(error) : sentence(error)
        DescriptorOutput(descriptor: 2).write(
            style.paint("error: ", .red) + PrintableText.lines(text) + "\n")
        Foundation.exit((code ?? .mistake).rawValue)
    }

    /// Ends the process where the system gives no more memory; what was saved stays.
    static func end(withoutMemory bytes: Int) -> Never {
        let sentence =
            "error: The system has no \(bytes) bytes of memory left for the next tensor. "
            + "Checkpoints written before are whole. `nightjar check` shows what a recipe needs; "
            + "a smaller batch.micro or sequence_length, or recompute = true, needs less.\n"
        DescriptorOutput(descriptor: 2).write(sentence)
        // Other threads may hold locks that an orderly exit would wait for.
        _exit(ExitCode.machine.rawValue)
    }

    private static func sentence(_ error: any Error) -> String {
        guard let error = error as? CocoaError else { return "\(error)" }
        let path = error.filePath ?? error.url?.path
        return (path.map { $0 + ": " } ?? "") + error.localizedDescription
    }

    /// The argument parser's message without its own prefix.
    private static func parsersSentence(_ error: any Error) -> String {
        let text = NightjarCommand.fullMessage(for: error)
        return text.hasPrefix("Error: ") ? String(text.dropFirst(7)) : text
    }

    /// Nil for what is not one of ours: the argument parser's errors.
    private static func exitCode(of error: any Error) -> ExitCode? {
        func code(_ isMistake: Bool) -> ExitCode { isMistake ? .mistake : .machine }
        switch error {
        case let error as TrainingError: return error.isUserMistake ? .mistake : .failed
        case let error as CheckpointError: return code(error.isUserMistake)
        case let error as CorporaError: return code(error.isUserMistake)
        case let error as TokenizerError: return code(error.isUserMistake)
        case let error as TelemetryError: return code(error.isUserMistake)
        case let error as ScriptingError:
            return error.cause.flatMap(exitCode) ?? code(error.isUserMistake)
        case let error as ChatMistake: return error.cause.flatMap(exitCode) ?? .mistake
        case let error as SweepFailure: return error.isUserMistake ? .mistake : .failed
        case let error as StreamError: return code(error.isUserMistake)
        case let error as GenerationError: return error.code == .notFinite ? .failed : .mistake
        case is ModelError, is ConversationError, is ExportError, is EvaluationError: return .mistake
        case let error as CocoaError: return code(error.isUserMistake)
        default: return nil
        }
    }
}

/// A run that the user stopped: nothing to report, but the exit code says so.
struct InterruptedRun: Error {
    let code = Report.ExitCode.interrupted
}

extension CocoaError {
    /// Whether another path or other permissions would do.
    fileprivate var isUserMistake: Bool {
        switch code {
        case .fileNoSuchFile, .fileReadNoSuchFile, .fileReadNoPermission, .fileWriteNoPermission,
            .fileWriteFileExists, .fileReadInvalidFileName, .fileWriteInvalidFileName:
            return true
        default: return false
        }
    }
}
