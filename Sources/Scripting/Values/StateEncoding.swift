import Foundation
import LuaRuntime

/// Plain Lua data as JSON that loses nothing: how a script's memory is kept in a checkpoint.
///
/// Booleans, integers and strings of UTF-8 are JSON's own. What JSON cannot hold is tagged:
///
///     {"f": "0x1.8p+1"}          a float, by its bits: -0.0, infinities, NaN ("nan:7ff8...")
///     {"s": "base64"}            a string that is no UTF-8
///     {"t": [1, 2]}              a table's list part
///     {"t": [], "k": [[k, v]]}   and its other entries, in order
enum StateEncoding {
    /// The version of this encoding, which `decode` demands.
    static let format = 1

    static func encode(_ value: LuaValue) -> [UInt8] {
        var text = "{\"format\":\(format),\"value\":"
        write(value, to: &text)
        return Array((text + "}\n").utf8)
    }

    /// - Throws: `ScriptingError` saying what is wrong with the bytes.
    static func decode(_ bytes: [UInt8], path: String) throws -> LuaValue {
        func damaged(_ sentence: String) -> ScriptingError {
            ScriptingError(.unreadable, "\(sentence); use another checkpoint", path: path)
        }
        guard
            let object = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
        else { throw damaged("this is not a script's state") }
        guard object["format"] as? Int == format else {
            throw ScriptingError(
                .unreadable,
                "this state has format \(object["format"] ?? "none"); this version "
                    + "reads format \(format). Resume with the version that wrote it.", path: path)
        }
        guard let json = object["value"], let value = read(json) else {
            throw damaged("a value of this script's state cannot be read")
        }
        return value
    }

    // MARK: - Writing

    private static func write(_ value: LuaValue, to text: inout String) {
        switch value {
        case .nil: text += "null"
        case .boolean(let value): text += "\(value)"
        case .integer(let value): text += "\(value)"
        case .number(let value): text += "{\"f\":\"\(spelling(value))\"}"
        case .string(let string):
            if let plain = string.text {
                JSONText.quote(plain, to: &text)
            } else {
                text += "{\"s\":\"\(Data(string.bytes).base64EncodedString())\"}"
            }
        case .table(let table):
            text += "{\"t\":["
            for (index, element) in table.array.enumerated() {
                if index > 0 { text += "," }
                write(element, to: &text)
            }
            text += "]"
            if !table.fields.isEmpty {
                text += ",\"k\":["
                for (index, field) in table.fields.enumerated() {
                    text += index > 0 ? ",[" : "["
                    write(keyValue(field.key), to: &text)
                    text += ","
                    write(field.value, to: &text)
                    text += "]"
                }
                text += "]"
            }
            text += "}"
        }
    }

    private static func keyValue(_ key: LuaKey) -> LuaValue {
        switch key {
        case .integer(let value): .integer(value)
        case .number(let value): .number(value)
        case .string(let value): .string(value)
        case .boolean(let value): .boolean(value)
        }
    }

    private static func spelling(_ value: Double) -> String {
        if value.isNaN { return "nan:" + String(value.bitPattern, radix: 16) }
        if value.isInfinite { return value > 0 ? "inf" : "-inf" }
        return "\(value)"
    }

    // MARK: - Reading

    private static func read(_ json: Any) -> LuaValue? {
        switch json {
        case is NSNull: return .nil
        case let text as String: return .string(LuaString(text))
        case let number as NSNumber:
            // JSON's true and 1 arrive as one type; only a boolean is held as a char.
            if String(cString: number.objCType) == "c" { return .boolean(number.boolValue) }
            return .integer(number.int64Value)
        case let object as [String: Any]:
            if let float = object["f"] as? String { return number(float).map(LuaValue.number) }
            if let base64 = object["s"] as? String {
                return Data(base64Encoded: base64).map { .string(LuaString(bytes: Array($0))) }
            }
            guard let list = object["t"] as? [Any] else { return nil }
            var table = LuaTable<LuaValue>()
            for element in list {
                guard let value = read(element) else { return nil }
                table.array.append(value)
            }
            for pair in object["k"] as? [Any] ?? [] {
                guard let pair = pair as? [Any], pair.count == 2, let key = key(pair[0]),
                    let value = read(pair[1])
                else { return nil }
                table.fields.append(.init(key: key, value: value))
            }
            return .table(table)
        default: return nil
        }
    }

    private static func key(_ json: Any) -> LuaKey? {
        switch read(json) {
        case .boolean(let value): .boolean(value)
        case .integer(let value): .integer(value)
        case .number(let value): .number(value)
        case .string(let value): .string(value)
        default: nil
        }
    }

    private static func number(_ text: String) -> Double? {
        if text == "inf" { return .infinity }
        if text == "-inf" { return -.infinity }
        if text.hasPrefix("nan:") {
            return UInt64(text.dropFirst(4), radix: 16).map(Double.init(bitPattern:))
        }
        return Double(text)
    }
}
