import ArgumentParser
import Foundation
import Tensors

/// The program's beginning and end: parses, runs, and turns whatever happens into words and an
/// exit code.
@main
enum Entry {
    static func main() {
        StandardStreams.fillClosed()
        // A reader that goes away must not end a run: writing says so, where it matters.
        signal(SIGPIPE, SIG_IGN)
        // A file that may not grow is told as a full disk is.
        signal(SIGXFSZ, SIG_IGN)
        OutOfMemory.end { Report.end(withoutMemory: $0) }
        do {
            try NightjarCommand.checkNames(CommandLine.arguments.dropFirst())
            var command = try NightjarCommand.parseAsRoot()
            try command.run()
        } catch {
            Report.end(with: error)
        }
    }
}
