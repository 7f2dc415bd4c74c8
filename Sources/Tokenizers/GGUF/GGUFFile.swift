import Foundation

/// Opens GGUF files, which may be far larger than their vocabulary.
enum GGUFFile {
    /// How much of a file is read at first; more where its keys do not end there.
    private static let firstPart = 8 << 20

    /// The keys at the beginning of `file`, or nil where it does not begin as a GGUF file does.
    static func metadata(of file: URL) throws -> GGUFMetadata? {
        let handle: FileHandle
        do {
            handle = try FileHandle(forReadingFrom: file)
        } catch { return nil }
        defer { try? handle.close() }
        var part = firstPart
        do {
            guard var data = try handle.read(upToCount: 4), data.elementsEqual("GGUF".utf8) else {
                return nil
            }
            while true {
                let more = try handle.read(upToCount: part) ?? Data()
                data.append(more)
                do {
                    return try data.withUnsafeBytes { try GGUFMetadata($0) }
                } catch let shortage as GGUFReader.Shortage {
                    guard !more.isEmpty else {
                        throw TokenizerError(
                            .unreadable,
                            "the file ends in the middle, after \(data.count) bytes, in what begins"
                                + " at byte \(shortage.place): copy it again from its source",
                            file: file.path)
                    }
                    part *= 2
                }
            }
        } catch let error as TokenizerError {
            throw error
        } catch {
            throw TokenizerError(
                .unreadable, "cannot be read: \(error.localizedDescription)", file: file.path)
        }
    }
}
