/// What a dial is set to.
public enum DialValue: Sendable, Hashable {
    case number(Double)
    case integer(Int)
    case boolean(Bool)
    /// No limit, or never: written `none`.
    case nothing

    /// Reads a value as it is typed on a command line: `none`, `true`, `false`, a whole number or
    /// a number with point or exponent; nil for anything else.
    public init?(text: String) {
        switch text {
        case "none", "nil": self = .nothing
        case "true": self = .boolean(true)
        case "false": self = .boolean(false)
        default:
            if let value = Int(text) {
                self = .integer(value)
            } else if let value = Double(text), text.utf8.allSatisfy(DialValue.isOfANumber) {
                self = .number(value)
            } else {
                return nil
            }
        }
    }

    /// Leaves out what `Double` reads besides decimal numbers: `nan`, `inf` and hexadecimal.
    private static func isOfANumber(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || "+-.eE".utf8.contains(byte)
    }
}

extension DialValue: CustomStringConvertible {
    public var description: String {
        switch self {
        case .number(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .boolean(let value): "\(value)"
        case .nothing: "none"
        }
    }
}

extension DialValue: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else {
            let text = try container.decode(String.self)
            guard let value = DialValue(text: text) else {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "\"\(text)\" is no dial's value")
            }
            self = value
        }
    }

    /// A whole number may come back as an integer: the dial's type decides which it is.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .number(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .boolean(let value): try container.encode(value)
        case .nothing: try container.encode("none")
        }
    }
}
