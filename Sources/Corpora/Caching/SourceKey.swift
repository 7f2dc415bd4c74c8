import Conversations
import Naming
import Foundation
import Tokenizers

/// Names everything that decides the bytes of a source's shards.
///
/// Files count by path, size and modification time, so that nothing is read to find that nothing
/// changed; texts in memory count by content.
enum SourceKey {
    /// XXH3-128 in hexadecimal.
    static func of(
        _ source: Source, listing: FileListing, tokenizer: any Tokenizer,
        supervised: SupervisedEncoding? = nil
    ) -> String {
        var parts: [String] = [
            "shard format \(ShardHeader.format)", "tokenizer \(tokenizer.fingerprint)",
            "vocabulary \(tokenizer.vocabularySize)", source.name, format(source.format),
            source.invalidUTF8.rawValue, source.badRow.rawValue,
            "limit \(source.maximumDocumentBytes.map(String.init) ?? "default")",
            "split \(source.split.share.bitPattern) \(source.split.seed)",
        ]
        if let difficulty = source.difficulty { parts.append("difficulty \(difficulty)") }
        if source.format.isOfConversations, let supervised { parts.append(supervised.fingerprint) }
        if source.format.isOfPrompts, let supervised {
            parts.append("answers of \(supervised.answerRoom)")
        }
        if case .memory(let texts) = source.place { parts += texts }
        for file in listing.files {
            parts += [
                URL(fileURLWithPath: file.path).standardizedFileURL.path, "\(file.byteCount)",
                "\(file.modified)",
            ]
        }
        // Lengths before contents: no two lists of parts give the same bytes.
        var bytes: [UInt8] = []
        for part in parts {
            bytes += Array("\(part.utf8.count):".utf8)
            bytes += Array(part.utf8)
        }
        return ContentHash(of: bytes).hex
    }

    private static func reading(_ purpose: Source.ConversationRows.Purpose) -> String {
        // The number says which checks the rows have passed.
        switch purpose {
        case .answers: "conversations 3"
        case .pairs: "pairs 1"
        case .prompts: "prompts 1"
        }
    }

    private static func format(_ format: Source.Format) -> String {
        switch format {
        case .automatic: "automatic"
        case .jsonLines(let field): "jsonl \(field)"
        case .conversations(let rows):
            "\(reading(rows.purpose)) \(rows.format.rawValue) "
                + rows.tooLong.rawValue
                + rows.fields.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        case .delimited(let rows):
            "delimited \(rows.delimiter) \(rows.field) "
                + (rows.columns.map { "\($0)" } ?? "named in the file")
        case .text(.whole): "whole"
        case .text(.lines): "lines"
        case .text(.blankLines): "blank lines"
        case .text(.separator(let separator)): "separator \(separator)"
        }
    }
}
