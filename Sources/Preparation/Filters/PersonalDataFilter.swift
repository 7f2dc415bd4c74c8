/// Finds addresses, numbers and accounts of people, and puts a word in their place or drops the
/// document.
///
/// Found are e-mail addresses; telephone numbers that begin with + or 00, or are written as in North
/// America; IPv4 and IPv6 addresses; card numbers of the known issuers whose check digit holds (H. P.
/// Luhn, 1960); and IBANs of the right length whose remainder is 1 (ISO 13616). Names, postal
/// addresses and numbers of national registers are not.
public struct PersonalDataFilter: DocumentFilter {
    /// What can be found.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// An address of electronic mail.
        case email
        /// A telephone number.
        case phone
        /// An address of the internet protocol, of either version.
        case ip
        /// A credit or debit card's number.
        case card
        /// An international bank account number.
        case iban

        /// What stands in its place: `<EMAIL>`.
        public var placeholder: String { "<\(rawValue.uppercased())>" }
    }

    /// What becomes of a document in which something is found.
    public enum Action: String, Sendable, CaseIterable {
        /// A word takes its place.
        case replace
        /// The document goes.
        case drop
    }

    /// What is looked for.
    public var kinds: Set<Kind>
    /// What becomes of a document in which something is found.
    public var action: Action

    /// Everything is looked for and replaced, unless told otherwise.
    public init(kinds: Set<Kind> = Set(Kind.allCases), action: Action = .replace) {
        self.kinds = kinds
        self.action = action
    }

    public var name: String { "personal data" }

    public var settings: [Setting] {
        [
            Setting("kinds", .texts(kinds.map(\.rawValue).sorted())),
            Setting("action", .text(action.rawValue)),
        ]
    }

    public func verdict(on text: UnsafeBufferPointer<UInt8>) -> Verdict {
        let found = PersonalDataScan(text, kinds).found
        guard !found.isEmpty else { return .keep }
        var counts: [String: Int] = [:]
        for item in found { counts[item.kind.rawValue, default: 0] += 1 }
        if action == .drop {
            let words = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            return .dropping("personal data", words.joined(separator: ", "))
        }
        var rewritten: [UInt8] = []
        rewritten.reserveCapacity(text.count + 8 * found.count)
        var copied = 0
        for item in found {
            rewritten.append(contentsOf: text[copied..<item.range.lowerBound])
            rewritten.append(contentsOf: item.kind.placeholder.utf8)
            copied = item.range.upperBound
        }
        rewritten.append(contentsOf: text[copied..<text.count])
        return .rewrite(rewritten, counts: counts)
    }
}
