/// What a step says of a document.
public enum Verdict: Sendable, Hashable {
    /// It stays as it is.
    case keep
    /// It goes.
    case drop(Reason)
    /// It stays with this text, valid UTF-8 and not empty; what was changed is counted by name.
    case rewrite([UInt8], counts: [String: Int])

    /// Why a document goes.
    public struct Reason: Sendable, Hashable {
        /// What such documents are counted by: `too few words`.
        public var name: String
        /// What was found in this one: `12 words`.
        public var detail: String

        /// A reason and what was found.
        public init(_ name: String, _ detail: String = "") {
            self.name = name
            self.detail = detail
        }
    }

    /// The document goes.
    static func dropping(_ name: String, _ detail: String = "") -> Verdict {
        .drop(Reason(name, detail))
    }
}

/// A setting of a step, for reports and for telling two settings apart.
public struct Setting: Sendable, Hashable, Codable {
    /// As scripts write it.
    public var name: String
    /// What it is.
    public var value: Value

    /// The kinds of settings.
    public enum Value: Sendable, Hashable {
        /// A number, or nothing where a bound is off.
        case number(Double?)
        /// A word.
        case text(String)
        /// Words.
        case texts([String])
        /// Yes or no.
        case flag(Bool)
    }

    /// A setting with its value.
    public init(_ name: String, _ value: Value) {
        self.name = name
        self.value = value
    }

    /// A whole number, or nothing where a bound is off.
    init(_ name: String, _ value: Int?) { self.init(name, .number(value.map(Double.init))) }
}

extension Setting.Value: CustomStringConvertible {
    /// As scripts write it.
    public var description: String {
        switch self {
        case .number(nil): "off"
        case .number(let value?):
            value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
        case .text(let text): "\"\(text)\""
        case .texts(let texts): texts.map { "\"\($0)\"" }.joined(separator: ", ")
        case .flag(let flag): "\(flag)"
        }
    }
}

extension Setting.Value: Codable {
    /// Reads what `encode` wrote.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .number(nil)
        } else if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else {
            self = .texts(try container.decode([String].self))
        }
    }

    /// Writes the plain value.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .number(nil): try container.encodeNil()
        case .number(let value?): try container.encode(value)
        case .text(let text): try container.encode(text)
        case .texts(let texts): try container.encode(texts)
        case .flag(let flag): try container.encode(flag)
        }
    }
}
