import TestSupport
import Testing

@testable import Checkpoints

@Suite struct SafetensorsHeaderTests {
    /// A header that is refused: what it says, how many bytes of data follow, and what the error
    /// must name.
    struct Hostile: CustomTestStringConvertible, Sendable {
        let label: String
        let json: String
        let dataByteCount: Int
        let named: String

        init(_ label: String, _ json: String, data: Int, names named: String) {
            self.label = label
            self.json = json
            dataByteCount = data
            self.named = named
        }

        var testDescription: String { label }
    }

    static func tensor(
        _ name: String = "a", type: String = "F32", shape: String = "[2]", at offsets: String
    ) -> String {
        "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
    }

    static let hostile: [Hostile] = [
        Hostile("not JSON", "{", data: 0, names: "JSON"),
        Hostile("a list", "[]", data: 0, names: "object"),
        Hostile("space before the brace", " {}", data: 0, names: "object"),
        Hostile("a number", "12", data: 0, names: "object"),
        Hostile("text after the object", "{} {}", data: 0, names: "JSON"),
        Hostile(
            "a name twice", "{\(tensor(at: "[0,8]")),\(tensor(at: "[8,16]"))}", data: 16,
            names: "\"a\" occurs twice"),
        Hostile("an entry that is a number", "{\"a\":1}", data: 0, names: "\"a\""),
        Hostile(
            "no dtype", "{\"a\":{\"shape\":[],\"data_offsets\":[0,4]}}", data: 4, names: "\"a\""),
        Hostile(
            "an unknown dtype", "{\(tensor(type: "F31", at: "[0,8]"))}", data: 8, names: "F31"),
        Hostile(
            "no shape", "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", data: 4,
            names: "no shape"),
        Hostile("no offsets", "{\"a\":{\"dtype\":\"F32\",\"shape\":[]}}", data: 4, names: "\"a\""),
        Hostile("three offsets", "{\(tensor(at: "[0,4,8]"))}", data: 8, names: "\"a\""),
        Hostile("a negative offset", "{\(tensor(at: "[-8,0]"))}", data: 8, names: "-8"),
        Hostile("a fractional offset", "{\(tensor(at: "[0,8.0]"))}", data: 8, names: "8.0"),
        Hostile("an end before the start", "{\(tensor(at: "[8,0]"))}", data: 8, names: "\"a\""),
        Hostile(
            "an end near 2^63", "{\(tensor(at: "[0,9223372036854775807]"))}", data: 8,
            names: "\"a\""),
        Hostile(
            "offsets near 2^63 with the right difference",
            "{\(tensor(at: "[9223372036854775799,9223372036854775807]"))}", data: 8,
            names: "\"a\""),
        Hostile(
            "an offset past 2^63", "{\(tensor(at: "[0,18446744073709551615]"))}", data: 8,
            names: "18446744073709551615"),
        Hostile(
            "a shape that overflows", "{\(tensor(shape: "[4294967296,4294967296]", at: "[0,8]"))}",
            data: 8, names: "4294967296"),
        Hostile(
            "a shape that overflows to the right length",
            "{\(tensor(shape: "[2,4611686018427387904]", at: "[0,0]"))}", data: 0,
            names: "\"a\""),
        Hostile(
            "a negative dimension", "{\(tensor(shape: "[-2,-1]", at: "[0,8]"))}", data: 8,
            names: "-2"),
        Hostile(
            "a dimension that is a text", "{\(tensor(shape: "[\"2\"]", at: "[0,8]"))}", data: 8,
            names: "\"a\""),
        Hostile("a length unlike the shape", "{\(tensor(at: "[0,4]"))}", data: 4, names: "\"a\""),
        Hostile("data past the end", "{\(tensor(at: "[0,8]"))}", data: 7, names: "\"a\""),
        Hostile(
            "an overlap", "{\(tensor(at: "[0,8]")),\(tensor("b", at: "[4,12]"))}", data: 12,
            names: "\"b\""),
        Hostile(
            "the same bytes for two", "{\(tensor(at: "[0,8]")),\(tensor("b", at: "[0,8]"))}",
            data: 8, names: "\"b\""),
        Hostile(
            "a gap", "{\(tensor(at: "[0,8]")),\(tensor("b", at: "[12,20]"))}", data: 20,
            names: "gap of 4"),
        Hostile("a gap at the start", "{\(tensor(at: "[4,12]"))}", data: 12, names: "gap of 4"),
        Hostile("bytes of no tensor", "{\(tensor(at: "[0,8]"))}", data: 9, names: "1 bytes"),
        Hostile("bytes without any tensor", "{}", data: 1, names: "1 bytes"),
        Hostile(
            "a field of no meaning",
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1],\"strides\":[1]}}",
            data: 1, names: "strides"),
        Hostile(
            "metadata that is a list", "{\"__metadata__\":[]}", data: 0, names: "__metadata__"),
        Hostile(
            "metadata with a number", "{\"__metadata__\":{\"k\":1}}", data: 0, names: "\"k\""),
    ]

    @Test(arguments: hostile)
    func aHostileHeaderIsRefusedByName(hostile: Hostile) throws {
        let json = Array(hostile.json.utf8)
        let error = try checkpointError {
            _ = try SafetensorsHeader(
                json: json, fileByteCount: 8 + json.count + hostile.dataByteCount,
                path: "model.safetensors")
        }
        #expect(error.path == "model.safetensors")
        #expect(error.message.contains(hostile.named), "\(error)")
    }

    @Test func lengthsThatCannotBeAreRefused() throws {
        func code(_ prefix: [UInt8], _ fileByteCount: Int) throws -> CheckpointError.Code {
            try checkpointError {
                _ = try SafetensorsHeader.length(prefix, fileByteCount: fileByteCount, path: "f")
            }.code
        }
        #expect(try code([], 0) == .malformed)
        #expect(try code([1, 0, 0, 0, 0, 0, 0], 7) == .malformed)
        #expect(try code([255, 255, 255, 255, 255, 255, 255, 255], 100) == .malformed)
        #expect(try code([255, 255, 255, 255, 255, 255, 255, 127], 100) == .malformed)
        #expect(try code([100, 0, 0, 0, 0, 0, 0, 0], 100) == .damaged)
        #expect(try code([0, 0, 0, 0, 0, 0, 0, 0], 100) == .malformed)
    }

    @Test func scalarsEmptyTensorsAndPaddingAreFine() throws {
        let json = Array(
            ("{\(Self.tensor("s", type: "I64", shape: "[]", at: "[0,8]")),"
                + "\(Self.tensor("z", shape: "[0,5]", at: "[8,8]")),"
                + "\(Self.tensor("b", type: "BF16", shape: "[3]", at: "[8,14]")),"
                + "\"__metadata__\":{\"format\":\"pt\"}}   ").utf8)
        let header = try SafetensorsHeader(
            json: json, fileByteCount: 8 + json.count + 14, path: "f")
        #expect(header.entries.map(\.name) == ["s", "z", "b"])
        #expect(header.metadata == ["format": "pt"])
        #expect(header.entries[0].elementCount == 1)
        #expect(header.entries[1].elementCount == 0)
    }

    @Test func mutationsNeverCrash() throws {
        let valid =
            "{\(Self.tensor(at: "[0,8]")),\(Self.tensor("b", type: "U8", at: "[8,10]")),"
            + "\"__metadata__\":{\"format\":\"pt\",\"n\":\"\\u00e9\"}}"
        let sources = Self.hostile.map(\.json) + Array(repeating: valid, count: 33)
        let fragments =
            Fuzzing.jsonFragments + ["__metadata__", "F32", "[0,8]", "\"a\":"]
        var generator = SeededGenerator(seed: 20)
        var accepted = 0
        let rounds = Fuzzing.rounds(5000)
        for _ in 0..<rounds {
            let source = Array(sources.randomElement(using: &generator)!.utf8)
            let bytes = Fuzzing.mutated(source, fragments: fragments, &generator)
            let data = [0, 8, 10, 10, 10, 16].randomElement(using: &generator)!
            let fileByteCount = 8 + bytes.count + data
            do {
                let header = try SafetensorsHeader(
                    json: bytes, fileByteCount: fileByteCount, path: "f")
                accepted += 1
                // Whatever is accepted covers the data exactly.
                let sum = header.entries.reduce(0) { $0 + $1.byteCount }
                #expect(sum == data)
                for entry in header.entries {
                    #expect(entry.range.upperBound <= fileByteCount)
                    #expect(entry.byteCount == entry.elementCount * entry.type.byteCount)
                }
            } catch {
                #expect(error.path == "f")
            }
        }
        // Some survive, or the test would prove nothing about those that do.
        #expect(accepted > 10)
        #expect(accepted < rounds / 2)
    }
}
