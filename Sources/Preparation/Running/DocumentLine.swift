import Corpora

/// Documents as lines of JSON.
enum DocumentLine {
    /// The line of a document that stays: its text and where it is from.
    static func kept(_ document: Document, file: String, into line: inout [UInt8]) {
        line.append(contentsOf: "{\"text\":".utf8)
        quote(document.utf8, into: &line)
        place(document, file: file, into: &line)
        line.append(contentsOf: "}\n".utf8)
    }

    /// The line of a row that stays: the row, with where it is from as its last key.
    static func kept(row: [UInt8], _ document: Document, file: String, into line: inout [UInt8]) {
        guard let end = row.lastIndex(of: UInt8(ascii: "}")) else {
            preconditionFailure("a row is an object")
        }
        line.append(contentsOf: row[..<end])
        var origin: [UInt8] = []
        place(document, file: file, into: &origin)
        line.append(contentsOf: ",\"nightjar_origin\":{".utf8)
        line.append(contentsOf: origin.dropFirst())
        line.append(contentsOf: "}}\n".utf8)
    }

    /// The line of a document that a step dropped.
    static func dropped(
        _ document: Document, file: String, step: String, reason: Verdict.Reason, text: Bool,
        into line: inout [UInt8]
    ) {
        line.append(contentsOf: "{\"step\":".utf8)
        quote(Array(step.utf8), into: &line)
        line.append(contentsOf: ",\"reason\":".utf8)
        quote(Array(reason.name.utf8), into: &line)
        if !reason.detail.isEmpty {
            line.append(contentsOf: ",\"found\":".utf8)
            quote(Array(reason.detail.utf8), into: &line)
        }
        place(document, file: file, into: &line)
        if text {
            line.append(contentsOf: ",\"text\":".utf8)
            quote(document.utf8, into: &line)
        }
        line.append(contentsOf: "}\n".utf8)
    }

    private static func place(_ document: Document, file: String, into line: inout [UInt8]) {
        line.append(contentsOf: ",\"source\":".utf8)
        quote(Array(document.origin.source.utf8), into: &line)
        line.append(contentsOf: ",\"file\":".utf8)
        quote(Array(file.utf8), into: &line)
        line.append(contentsOf: ",\"line\":\(document.origin.line)".utf8)
        if document.startsMidway || document.goesOn {
            line.append(contentsOf: ",\"part\":".utf8)
            let word = document.startsMidway ? (document.goesOn ? "middle" : "end") : "beginning"
            quote(Array(word.utf8), into: &line)
        }
    }

    /// A string of JSON (RFC 8259); what needs no escape is copied in runs.
    static func quote(_ bytes: [UInt8], into line: inout [UInt8]) {
        line.append(UInt8(ascii: "\""))
        bytes.withUnsafeBufferPointer { bytes in
            var copied = 0
            for index in bytes.indices {
                let byte = bytes[index]
                guard byte < 0x20 || byte == 0x22 || byte == 0x5c else { continue }
                line.append(contentsOf: bytes[copied..<index])
                copied = index + 1
                line.append(0x5c)
                switch byte {
                case 0x0a: line.append(UInt8(ascii: "n"))
                case 0x09: line.append(UInt8(ascii: "t"))
                case 0x0d: line.append(UInt8(ascii: "r"))
                case 0x22, 0x5c: line.append(byte)
                default:
                    line.append(contentsOf: "u00".utf8)
                    for digit in [byte >> 4, byte & 0xf] {
                        line.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
                    }
                }
            }
            line.append(contentsOf: bytes[copied..<bytes.count])
        }
        line.append(UInt8(ascii: "\""))
    }
}
