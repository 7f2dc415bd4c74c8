import Foundation
import Telemetry
import Testing

@Suite struct MetricRecordTests {
    @Test func fieldsKeepTheirOrder() {
        var record: MetricRecord = ["step": 20, "loss": 3.25, "name": "x"]
        record["tokens_per_second"] = .double(4012)
        record["loss"] = 3.5
        #expect(
            record.jsonLine == #"{"step":20,"loss":3.5,"name":"x","tokens_per_second":4012.0}"#)
        record["name"] = nil
        #expect(record.jsonLine == #"{"step":20,"loss":3.5,"tokens_per_second":4012.0}"#)
        #expect(record["step"] == .int(20))
        #expect(record["none"] == nil)
    }

    @Test func nestedValuesAreWritten() {
        let record: MetricRecord = [
            "list": [1, 2.5, "a", true, []], "group": .record(["b": 1, "a": 2]),
        ]
        #expect(
            record.jsonLine == #"{"list":[1,2.5,"a",true,[]],"group":{"b":1,"a":2}}"#)
        #expect(MetricRecord().jsonLine == "{}")
    }

    @Test func everyDoubleReadsBackAsItself() throws {
        var pattern: UInt64 = 1
        var values: [Double] = [
            0, -0.0, 1, 0.1, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .pi, 1e21,
        ]
        for _ in 0..<2000 {
            pattern = pattern &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let value = Double(bitPattern: pattern)
            if value.isFinite { values.append(value) }
        }
        for value in values {
            let line = (["v": .double(value)] as MetricRecord).jsonLine
            let read = try JSONDecoder().decode([String: Double].self, from: Data(line.utf8))
            #expect(read["v"] == value, "\(line)")
            let digits = line.dropFirst(5).dropLast()
            #expect(Double(digits)?.bitPattern == value.bitPattern)
        }
    }

    @Test func whatIsNoNumberIsAText() {
        let record: MetricRecord = [
            "a": .double(.nan), "b": .double(.infinity), "c": .double(-.infinity),
        ]
        #expect(record.jsonLine == #"{"a":"NaN","b":"Infinity","c":"-Infinity"}"#)
    }

    @Test func textsAreEscaped() throws {
        let text = "a\"b\\c\n\r\t\u{1}\u{7f}é😀\u{2028}"
        let line = (["t": .string(text)] as MetricRecord).jsonLine
        #expect(!line.contains("\n"))
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
        #expect((object as? [String: String])?["t"] == text)
    }
}
