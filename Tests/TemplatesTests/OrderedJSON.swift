import Foundation
import Templates

/// Reads JSON with the order of its keys, which templates print.
struct OrderedJSON {
    private let bytes: [UInt8]
    private var place = 0

    enum Failure: Error { case atByte(Int) }

    static func read(_ data: Data) throws -> TemplateValue {
        var reader = OrderedJSON(bytes: Array(data))
        return try reader.value()
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private mutating func peek() -> UInt8 {
        while place < bytes.count, [32, 10, 13, 9].contains(bytes[place]) { place += 1 }
        return place < bytes.count ? bytes[place] : 0
    }

    private mutating func skip(_ character: Character) -> Bool {
        guard peek() == character.asciiValue else { return false }
        place += 1
        return true
    }

    private mutating func value() throws -> TemplateValue {
        switch Character(Unicode.Scalar(peek())) {
        case "{":
            place += 1
            var dictionary = TemplateDictionary()
            while !skip("}") {
                let key = try string()
                guard skip(":") else { throw Failure.atByte(place) }
                dictionary[key] = try value()
                _ = skip(",")
            }
            return .dictionary(dictionary)
        case "[":
            place += 1
            var items: [TemplateValue] = []
            while !skip("]") {
                items.append(try value())
                _ = skip(",")
            }
            return .list(items)
        case "\"": return .string(try string())
        case let letter where letter.isLetter:
            let start = place
            while place < bytes.count, Character(Unicode.Scalar(bytes[place])).isLetter {
                place += 1
            }
            switch String(decoding: bytes[start..<place], as: UTF8.self) {
            case "true": return .bool(true)
            case "false": return .bool(false)
            default: return .none
            }
        default:
            let start = place
            while place < bytes.count, "+-.eE0123456789".utf8.contains(bytes[place]) { place += 1 }
            let text = String(decoding: bytes[start..<place], as: UTF8.self)
            if let whole = Int(text) { return .integer(whole) }
            guard let number = Double(text) else { throw Failure.atByte(start) }
            return .float(number)
        }
    }

    private mutating func string() throws -> String {
        guard skip("\"") else { throw Failure.atByte(place) }
        let start = place
        while place < bytes.count, bytes[place] != 34 { place += bytes[place] == 92 ? 2 : 1 }
        place += 1
        guard place <= bytes.count else { throw Failure.atByte(start) }
        let literal = Data(bytes[start - 1..<place])
        let decoded = try JSONSerialization.jsonObject(with: literal, options: .fragmentsAllowed)
        return decoded as? String ?? ""
    }
}
