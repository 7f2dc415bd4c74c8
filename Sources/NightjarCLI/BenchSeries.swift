import ArgumentParser
import Foundation
import Telemetry

/// One measurement of a series: a `nightjar bench` command, run in a process of its own so that its
/// peak memory is its own.
struct BenchRow {
    /// What the table calls it.
    let name: String
    /// The arguments after `nightjar bench`.
    let arguments: [String]
    /// Threads that compute; all when absent.
    var threads: Int?
    /// Which figures to show: the key in the command's JSON, and digits after the point.
    var figures: [(key: String, digits: Int)] = [("tokens_per_second", 1), ("peak_rss_mib", 0)]

    /// What a person would type.
    var command: String {
        let line = (["nightjar", "bench"] + arguments).joined(separator: " ")
        return threads.map { "NIGHTJAR_THREADS=\($0) \(line)" } ?? line
    }

    /// Runs it.
    ///
    /// - Throws: `BenchFailure` where it ends in another way than with its figures.
    func measure() throws -> [String: Double] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["bench"] + arguments + ["--json"]
        var environment = ProcessInfo.processInfo.environment
        if let threads { environment["NIGHTJAR_THREADS"] = String(threads) }
        process.environment = environment
        let output = Pipe()
        process.standardOutput = output
        // Its progress would stand between the rows; what fails is run by itself.
        process.standardError = FileHandle.nullDevice
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0,
            let object = try? JSONSerialization.jsonObject(with: bytes) as? [String: Any]
        else { throw BenchFailure(command: command, status: process.terminationStatus) }
        return object.compactMapValues { ($0 as? NSNumber)?.doubleValue }
    }
}

/// A measurement of a series that gave no figures.
struct BenchFailure: Error, CustomStringConvertible {
    let command: String
    let status: Int32

    var description: String {
        "`\(command)` ended with exit code \(status); run it by itself to see why."
    }
}

/// Measurements one after the other, as a table that grows.
struct BenchSeries {
    let rows: [BenchRow]

    /// Prints each row when it is measured: texts to people, or one JSON object a line.
    func run(json: Bool) throws {
        let style = TerminalStyle.detect(descriptor: 1)
        let width = rows.map(\.name.count).max() ?? 0
        for row in rows {
            let name = row.name.padding(toLength: width, withPad: " ", startingAt: 0)
            if !json { try Output.text(style.paint(name, .bold)) }
            let measured = try row.measure()
            if json {
                var object: [String: Any] = ["name": row.name, "command": row.command]
                for (key, value) in measured { object[key] = value }
                try Output.json(object)
                continue
            }
            let figures = row.figures.map { key, digits in
                let figure = measured[key].map { HumanFormat.fixed($0, digits: digits) } ?? "-"
                let unit = key.replacingOccurrences(of: "_", with: " ")
                return String(repeating: " ", count: max(0, 9 - figure.count)) + figure + " " + unit
            }
            try Output.text(
                "\(figures.joined(separator: "  "))\n  " + style.paint(row.command, .dim) + "\n")
        }
    }
}
