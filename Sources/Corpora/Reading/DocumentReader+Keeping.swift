import Naming

extension DocumentReader {
    /// Keeps a text that is in memory whole, in parts where it is too long.
    func keepWhole(
        _ text: [UInt8], file: String?, line: Int, repaired: Bool, difficulty: Float16? = nil,
        limit: Int,
        _ report: inout ReadReport, _ each: Taker
    ) throws {
        guard !text.isEmpty else {
            return report.drop(.empty, at: "\(file ?? "memory"):\(line)", "the text is empty")
        }
        let origin = DocumentOrigin(source: source.name, file: file, line: line)
        let hash = ContentHash.xxh3(text)
        let parts = TextCut.parts(of: text, limit: limit)
        if parts.count > 1 { report.cutTexts += 1 }
        for (index, part) in parts.enumerated() {
            var document = Document(
                utf8: parts.count == 1 ? text : Array(part), origin: origin,
                startsMidway: index > 0, goesOn: index + 1 < parts.count, contentHash: hash)
            document.difficulty = difficulty
            try keep(document, repaired: repaired && index == 0, &report, each)
        }
    }

    func keep(
        _ document: Document, repaired: Bool, _ report: inout ReadReport, _ each: Taker
    ) throws {
        report.documents += 1
        report.textBytes += document.utf8.count
        if repaired {
            report.repairedDocuments += 1
            if report.firstRepairs.count < 3 {
                report.firstRepairs.append(
                    "\(document.origin.file ?? "memory"):\(document.origin.line)")
            }
        }
        try each(document, report)
    }

    /// The bytes as valid UTF-8, or nil where the document is dropped.
    func checked(
        _ bytes: [UInt8], path: String, line: Int, _ report: inout ReadReport
    ) throws -> (bytes: [UInt8], repaired: Bool)? {
        if UTF8Check.isValid(bytes) { return (bytes, false) }
        if source.invalidUTF8 == .replace { return (UTF8Check.repaired(bytes), true) }
        let fault = UTF8Check.firstFault(in: bytes)
        let faultLine = line + bytes[..<fault].count { $0 == 0x0a }
        let value = String(bytes[min(fault, bytes.count - 1)], radix: 16)
        try refuseUTF8("byte 0x\(value)", path, faultLine, &report)
        return nil
    }

    func refuseUTF8(
        _ what: String, _ path: String, _ line: Int, _ report: inout ReadReport
    ) throws {
        guard source.invalidUTF8 == .stop else {
            report.drop(.invalidUTF8, at: "\(path):\(line)", what)
            return try checkLimit(report)
        }
        throw CorporaError(
            .invalidUTF8, "\(what) is not valid UTF-8 there",
            advice: "Convert the file, or let invalid UTF-8 be replaced or dropped.", path: path,
            line: line)
    }

    func refuse(
        _ cause: DropCause, _ reason: String, _ path: String, _ line: Int,
        _ report: inout ReadReport
    ) throws {
        guard source.badRow == .stop else {
            report.drop(cause, at: "\(path):\(line)", reason)
            return try checkLimit(report)
        }
        throw CorporaError(
            .badRow, "\(cause.rawValue): \(reason)",
            advice: "Mend the row, or let bad rows be skipped.", path: path, line: line)
    }

    private func checkLimit(_ report: ReadReport) throws {
        try source.maximumBadRows?.check(report, of: source, isEnd: false)
    }
}
