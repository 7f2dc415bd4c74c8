import Corpora
import Foundation

/// Records of one size in a file, each with the place of the document that it is of: what a step
/// that looks for duplicates remembers. A record is found by its number, from 0.
///
/// A record is `payloadBytes` of the step's own, then where the document stands: file and source by
/// their numbers in a list of names, and the line.
final class RecordLog {
    let payloadBytes: Int
    private let file: AppendFile
    private let names: AppendFile
    private var known: [String: UInt32] = [:]
    private var list: [String] = []

    private var recordBytes: Int { payloadBytes + 16 }

    /// Opens the log at `path`, with names beside it, and forgets records behind `byteCount`.
    init(path: String, payloadBytes: Int, byteCount: Int) throws {
        self.payloadBytes = payloadBytes
        file = try AppendFile(path: path, byteCount: byteCount)
        // Names that no record has any more do no harm: the list is only ever appended to.
        let place = path + ".names"
        let stored = byteCount == 0 ? nil : FileManager.default.contents(atPath: place)
        let old = Array(stored ?? Data())
        let whole = old[..<((old.lastIndex(of: 0x0a) ?? -1) + 1)]
        names = try AppendFile(path: place, byteCount: whole.count)
        for line in whole.split(separator: 0x0a, omittingEmptySubsequences: false).dropLast() {
            let name = String(decoding: line, as: UTF8.self)
            known[name] = UInt32(list.count)
            list.append(name)
        }
        let highest = try lastName()
        guard highest < list.count else {
            throw CorporaError(
                .damagedFile, "the list of names is shorter than the records need",
                advice: "Remove the folder and prepare again.", path: place)
        }
    }

    var count: Int { file.byteCount / recordBytes }

    /// Adds a record.
    func append(_ payload: UnsafeRawBufferPointer, of origin: DocumentOrigin) throws {
        let source = try number(of: origin.source)
        let place = try number(of: origin.file ?? "memory")
        try file.append { bytes in
            bytes.append(contentsOf: payload)
            for value in [source, place] {
                withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
            }
            withUnsafeBytes(of: UInt64(origin.line).littleEndian) { bytes.append(contentsOf: $0) }
        }
    }

    /// Reads a record's own part.
    func read(_ number: Int, into payload: UnsafeMutableRawBufferPointer) throws {
        try file.read(at: number * recordBytes, into: payload)
    }

    /// Where the document of a record stands, in words.
    func place(_ number: Int) throws -> String {
        let (_, file, line) = try location(number)
        return "\(list[Int(file)]):\(line)"
    }

    /// Hands every record's own part on, in order.
    func forEach(_ body: (Int, UnsafeRawBufferPointer) throws -> Void) throws {
        let portion = max(1, (1 << 20) / recordBytes)
        var buffer = [UInt8](repeating: 0, count: portion * recordBytes)
        for first in stride(from: 0, to: count, by: portion) {
            let records = min(portion, count - first)
            try buffer.withUnsafeMutableBytes { bytes in
                try file.read(
                    at: first * recordBytes,
                    into: .init(rebasing: bytes[..<(records * recordBytes)]))
                for index in 0..<records {
                    let start = index * recordBytes
                    try body(
                        first + index,
                        UnsafeRawBufferPointer(rebasing: bytes[start..<start + payloadBytes]))
                }
            }
        }
    }

    /// Brings everything to the disk; gives the bytes that count.
    func save() throws -> Int {
        try names.synchronize()
        try file.synchronize()
        return file.byteCount
    }

    private func number(of name: String) throws -> UInt32 {
        if let number = known[name] { return number }
        let number = UInt32(list.count)
        known[name] = number
        list.append(name)
        // A line end in a file's name would be two names.
        let line = String(name.map { $0.isNewline ? " " : $0 })
        try names.append { $0.append(contentsOf: Array(line.utf8) + [0x0a]) }
        return number
    }

    private func location(_ number: Int) throws -> (source: UInt32, file: UInt32, line: UInt64) {
        var bytes = [UInt8](repeating: 0, count: 16)
        try bytes.withUnsafeMutableBytes {
            try file.read(at: number * recordBytes + payloadBytes, into: $0)
        }
        return bytes.withUnsafeBytes { bytes in
            (
                UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self)),
                UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self)),
                UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }

    /// The highest number of a name in the last record; -1 for none. Numbers rise with the records.
    private func lastName() throws -> Int {
        guard count > 0 else { return -1 }
        let last = try location(count - 1)
        return Int(max(last.source, last.file))
    }
}
