import Foundation

/// A tiktoken rank file: a token in base64 and its rank a line.
struct RankFile {
    /// The bytes of the token of each rank; nil where no line has that rank.
    private(set) var tokens: [[UInt8]?] = []

    /// Reads a file; throws with the line where it is not one.
    init(_ contents: [UInt8]) throws {
        var ranks: [(rank: Int, token: [UInt8], line: Int)] = []
        var seen = ByteStringTable(minimumCapacity: contents.count / 16)
        var lines: [Int] = []
        for (index, line) in contents.split(separator: 0x0A, omittingEmptySubsequences: false)
            .enumerated()
        {
            func failure(_ kind: TokenizerError.Kind, _ what: String) -> TokenizerError {
                TokenizerError(kind, what, key: "line \(index + 1)")
            }
            let line = line.last == 0x0D ? line.dropLast() : line
            if line.isEmpty { continue }
            let parts = line.split(separator: 0x20, omittingEmptySubsequences: false)
            guard parts.count == 2, let token = Data(base64Encoded: Data(parts[0])),
                let rank = Int(String(decoding: parts[1], as: UTF8.self)), rank >= 0
            else { throw failure(.malformed, "is not a token in base64, a space and its rank") }
            guard !token.isEmpty else { throw failure(.malformed, "has a token of no bytes") }
            let (other, isNew) = seen.insert(Array(token))
            guard isNew else {
                throw failure(.inconsistent, "has the token of line \(lines[other]) again")
            }
            lines.append(index + 1)
            ranks.append((rank, Array(token), index + 1))
        }
        guard !ranks.isEmpty else {
            throw TokenizerError(.malformed, "holds no rank: not a tiktoken rank file")
        }
        ranks.sort { $0.rank != $1.rank ? $0.rank < $1.rank : $0.line < $1.line }
        for entry in ranks {
            guard entry.rank >= tokens.count else {
                throw TokenizerError(
                    .inconsistent, "has rank \(entry.rank) again", key: "line \(entry.line)")
            }
            // One id may be missing: a special token that stands among the ranks.
            guard entry.rank <= tokens.count + 1 else {
                throw TokenizerError(
                    .inconsistent,
                    "has rank \(entry.rank), but no line has rank \(tokens.count): ranks may have"
                        + " no gap", key: "line \(entry.line)")
            }
            if entry.rank > tokens.count { tokens.append(nil) }
            tokens.append(entry.token)
        }
    }

    /// Whether `contents` begins as a rank file does.
    static func begins(_ contents: [UInt8]) -> Bool {
        let line = contents.prefix(512).prefix { $0 != 0x0A }
        let parts = line.split(separator: 0x20, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else { return false }
        let rank = parts[1].filter { $0 != 0x0D }
        return Data(base64Encoded: Data(parts[0])) != nil && !rank.isEmpty
            && rank.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// The model of an encoding that has these ranks.
    func model(_ encoding: RankEncoding) throws -> BytePairModel {
        var vocabulary = tokens.map { $0.map { ByteAlphabet.spell($0) } }
        let size = max(vocabulary.count, encoding.specials.values.map { $0 + 1 }.max() ?? 0)
        vocabulary += [[UInt8]?](repeating: nil, count: size - vocabulary.count)
        for (name, id) in encoding.specials {
            guard vocabulary[id] == nil else {
                throw TokenizerError(
                    .inconsistent,
                    "rank \(id) has a token, but is \(name) in \(encoding.name): another encoding"
                        + " under its name?")
            }
            vocabulary[id] = Array(name.utf8)
        }
        if let id = tokens.indices.first(where: { vocabulary[$0] == nil }) {
            throw TokenizerError(
                .inconsistent, "no line has rank \(id): ranks may have no gap")
        }
        // The merges of the ranks alone, which stand before all ids without one.
        let merges = MergeRecovery.merges(
            of: tokens.map { $0 ?? [] }, ordered: .byID)
        // Ids that no text has and no token is told of.
        let filled = vocabulary.enumerated().map { $1 ?? Array("<|unused_\($0)|>".utf8) }
        var model = BytePairModel(vocabulary: filled, merges: merges, alphabet: .bytes)
        model.ignoresMerges = true
        model.addedTokens = encoding.specials.sorted { $0.value < $1.value }.map {
            AddedToken(id: Int32($0.value), content: Array($0.key.utf8), isSpecial: true)
        }
        model.preTokenizer = encoding.steps
        func id(_ name: String?) -> Int32? {
            name.flatMap { encoding.specials[$0] }.map { Int32($0) }
        }
        model.roles = .init(beginning: id(encoding.beginning), end: id(encoding.end))
        return model
    }
}
