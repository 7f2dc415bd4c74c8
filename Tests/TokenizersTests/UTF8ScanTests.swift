import Testing

@testable import Tokenizers

@Suite struct UTF8ScanTests {
    static let lively: [UInt8] = [
        0x41, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xE0, 0xE1, 0xED, 0xF0, 0xF1, 0xF4,
        0xF5,
    ]

    /// Swift's own decoder is the twin.
    @Test func validityAgreesWithTheStandardLibrary() {
        var random = SeededGenerator(state: 7)
        for _ in 0..<50_000 {
            let bytes = (0..<Int.random(in: 1...14, using: &random)).map { _ in
                Self.lively[Int.random(in: Self.lively.indices, using: &random)]
            }
            let isValid = String(validating: bytes, as: UTF8.self) != nil
            bytes.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                let end = UTF8Scan.validRunEnd(base, 0, buffer.count)
                #expect((end == buffer.count) == isValid, "\(bytes)")
                #expect(String(validating: bytes[..<end], as: UTF8.self) != nil, "\(bytes)")
            }
        }
    }

    @Test func scalarsDecode() {
        for scalar in ["a", "é", "夜", "🦉", "\u{10FFFF}"] as [Unicode.Scalar] {
            let bytes = Array(String(scalar).utf8)
            bytes.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                let (value, length) = UTF8Scan.decode(base, 0)
                #expect(value == scalar.value && length == bytes.count)
            }
        }
    }

    @Test func longRunsStopAtTheFirstBadByte() {
        var bytes = [UInt8](repeating: 0x61, count: 100)
        for position in 0..<100 {
            bytes[position] = 0xFF
            bytes.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                #expect(UTF8Scan.validRunEnd(base, 0, 100) == position)
            }
            bytes[position] = 0x61
        }
    }
}
