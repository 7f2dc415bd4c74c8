import Foundation
import Templates

/// The rows of a probe's file: one JSON object a line.
struct ProbeRows {
    /// A row and where it stands.
    struct Row {
        /// Counted from 1.
        let line: Int
        let fields: TemplateDictionary
    }

    let rows: [Row]
    /// The first fault of each cause, and how often it occurs.
    private(set) var faults: [String: (count: Int, line: Int)] = [:]
    let path: String

    /// Rows that a file may have: they are held in memory.
    static let mostRows = 1_000_000

    /// Reads a file.
    ///
    /// - Parameter limit: the rows taken, spread evenly over the file; nil takes all.
    /// - Throws: `EvaluationError` naming file and line.
    init(path: String, limit: Int?) throws {
        self.path = path
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
        else { throw EvaluationError(.unreadable, "\(path) cannot be read; check the path.") }
        var rows: [Row] = []
        var line = 0
        for bytes in data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            line += 1
            guard bytes.contains(where: { !ProbeRows.isSpace($0) }) else { continue }
            let value: TemplateValue
            do {
                value = try TemplateValue(json: Array(bytes))
            } catch {
                throw EvaluationError(
                    .badRow, "\(path), line \(line): \(error.sentence) (column \(error.column)).")
            }
            guard case .dictionary(let fields) = value else {
                throw EvaluationError(.badRow, "\(path), line \(line): the line is no object.")
            }
            rows.append(Row(line: line, fields: fields))
            guard rows.count <= ProbeRows.mostRows else {
                throw EvaluationError(
                    .badRow,
                    "\(path) has more than \(ProbeRows.mostRows) rows; give the probe a part.")
            }
        }
        guard !rows.isEmpty else {
            throw EvaluationError(.badRow, "\(path) holds no row, and the probe asks rows.")
        }
        self.rows = ProbeRows.spread(rows, limit)
    }

    /// Some of the rows, spread evenly over them.
    func limited(to limit: Int?) -> ProbeRows {
        ProbeRows(path: path, rows: ProbeRows.spread(rows, limit))
    }

    private init(path: String, rows: [Row]) {
        self.path = path
        self.rows = rows
    }

    private static func spread(_ rows: [Row], _ limit: Int?) -> [Row] {
        guard let limit, limit < rows.count else { return rows }
        return (0..<limit).map { rows[$0 * rows.count / limit] }
    }

    /// What each row gives; rows that give nothing are counted by cause.
    ///
    /// - Throws: `EvaluationError` where no row gives anything.
    mutating func map<Item>(_ item: (Row) throws(RowFault) -> Item) throws -> [Item] {
        var items: [Item] = []
        for row in rows {
            do throws(RowFault) {
                items.append(try item(row))
            } catch {
                faults[error.cause, default: (0, row.line)].count += 1
            }
        }
        guard !items.isEmpty else {
            let causes = faults.sorted { $0.key < $1.key }.map {
                "\($0.value.count) with \($0.key), the first in line \($0.value.line)"
            }
            throw EvaluationError(
                .badRow,
                "\(path): none of \(rows.count) rows can be asked: "
                    + "\(causes.joined(separator: "; ")).")
        }
        return items
    }

    /// Rows that gave nothing, by cause.
    var dropped: [String: Int] { faults.mapValues(\.count) }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0d
    }
}
