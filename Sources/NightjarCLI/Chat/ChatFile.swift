import Conversations
import Foundation

/// A file of chats, one row of JSONL each, in the format `messages`.
struct ChatFile {
    let path: String

    /// Adds a chat as the last row.
    ///
    /// - Returns: the row's number, from 1.
    /// - Throws: `ChatMistake` where the file exists and holds something else; it is left as it is
    ///   then, as after a disk that is full.
    func append(_ conversation: Conversation) throws -> Int {
        let row = try conversation.messagesRow()
        let rows = FileManager.default.fileExists(atPath: path) ? try self.rows() : []
        if let last = rows.last {
            do {
                _ = try TrainingRow(json: last, format: .automatic)
            } catch {
                throw ChatMistake(
                    "\(path) exists, and its last row is no conversation (\(error)); give another "
                        + "name")
            }
        }
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        let size = lseek(descriptor, 0, SEEK_END)
        // A file whose last line was left open gets its end first.
        var bytes = Array((row + "\n").utf8)
        if size > 0 {
            var last: UInt8 = 0
            let isRead = pread(descriptor, &last, 1, size - 1) == 1
            if isRead, last != 0x0A { bytes.insert(0x0A, at: 0) }
        }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let error = failure()
                _ = ftruncate(descriptor, size)
                throw error
            }
            rest = rest.dropFirst(count)
        }
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure() }
        return rows.count + 1
    }

    /// A chat of the file: the last row, or the one of a number.
    func conversation(row: Int?) throws -> Conversation {
        let rows = try rows()
        guard !rows.isEmpty else { throw ChatMistake("\(path) is empty") }
        let number = row ?? rows.count
        guard (1...rows.count).contains(number) else {
            throw ChatMistake("\(path) has \(rows.count) rows, and none of number \(number)")
        }
        do {
            if case .conversation(let found) = try TrainingRow(
                json: rows[number - 1], format: .automatic
            ).content {
                return found
            }
        } catch {
            throw ChatMistake("\(path), row \(number): \(error)")
        }
        throw ChatMistake("\(path), row \(number) is no conversation")
    }

    /// Lines that hold something.
    private func rows() throws -> [[UInt8]] {
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: path))
        } catch {
            var isFolder: ObjCBool = false
            let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            throw ChatMistake(
                "\(path) "
                    + (!isThere
                        ? "is not there" : isFolder.boolValue ? "is a folder" : "cannot be read"))
        }
        return data.split(separator: 0x0A).map(Array.init)
            .filter { $0.contains { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D } }
    }

    private func failure() -> ChatMistake {
        let isMistake = [ENOENT, EACCES, EISDIR, ENOTDIR, EROFS, ENAMETOOLONG].contains(errno)
        let sentence = "\(path) cannot be written: \(String(cString: strerror(errno)))"
        return ChatMistake(
            sentence, cause: isMistake ? nil : StreamError(sentence, isUserMistake: false))
    }
}
