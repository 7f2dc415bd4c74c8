import ArgumentParser
import Foundation
import Tensors

/// The program's beginning and end: parses, runs, and turns whatever happens into words and an
/// exit code.
@main
enum Entry {
    static func main() {
        // Output goes to files and pipes too; a closed pipe is the reader's business.
        signal(SIGPIPE, SIG_DFL)
        OutOfMemory.end { Report.end(withoutMemory: $0) }
        do {
            var command = try NightjarCommand.parseAsRoot()
            try command.run()
        } catch {
            Report.end(with: error)
        }
    }
}
