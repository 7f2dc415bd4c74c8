/// The header of a safetensors file, read and checked as a whole before any tensor is touched.
///
/// The layout: eight bytes of little-endian header length, that many bytes of JSON, then the bytes
/// of all tensors without a gap (https://huggingface.co/docs/safetensors).
struct SafetensorsHeader {
    /// In the order of their bytes in the file; empty tensors that share an offset by name.
    let entries: [SafetensorsEntry]
    /// The texts under `__metadata__`.
    let metadata: [String: String]

    /// As the format's own library limits it; a longer header is an attack or no header.
    static let longestByteCount = 100_000_000

    /// Reads the length of the header from the first eight bytes of a file.
    static func length(
        _ prefix: [UInt8], fileByteCount: Int, path: String
    ) throws(CheckpointError) -> Int {
        guard prefix.count == 8 else {
            throw CheckpointError(
                .malformed,
                "the file has \(fileByteCount) bytes, too few for a safetensors header; "
                    + "download or save it again",
                path: path)
        }
        let length = prefix.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= longestByteCount else {
            throw CheckpointError(
                .malformed,
                "the header claims \(length) bytes, more than the \(longestByteCount) allowed; "
                    + "this is not a safetensors file",
                path: path)
        }
        guard Int(length) <= fileByteCount - 8 else {
            throw CheckpointError(
                .damaged,
                "the header claims \(length) bytes and the file has only \(fileByteCount); "
                    + "it was cut short, so download or save it again",
                path: path)
        }
        guard length >= 2 else {
            throw CheckpointError(
                .malformed,
                "the header claims \(length) bytes, too few for JSON; this is not a safetensors "
                    + "file",
                path: path)
        }
        return Int(length)
    }

    /// Reads the header's JSON and checks every name, type, shape and offset against each other and
    /// against the length of the file.
    init(json: [UInt8], fileByteCount: Int, path: String) throws(CheckpointError) {
        let value: JSONValue
        do {
            value = try JSONReader.read(json)
        } catch {
            throw CheckpointError(
                .malformed,
                "the header is not valid JSON at byte \(error.offset): \(error.message)",
                path: path)
        }
        // The format wants the brace first: space before it is an old trick to hide other content.
        guard json.first == UInt8(ascii: "{"), let members = value.object else {
            throw CheckpointError(.malformed, "the header is not a JSON object", path: path)
        }
        let dataStart = 8 + json.count
        var entries: [SafetensorsEntry] = []
        var metadata: [String: String] = [:]
        entries.reserveCapacity(members.count)
        for member in members {
            if member.key == "__metadata__" {
                metadata = try Self.metadata(member.value, path: path)
            } else {
                entries.append(
                    try Self.entry(
                        member, dataStart: dataStart, fileByteCount: fileByteCount, path: path))
            }
        }
        entries.sort {
            ($0.range.lowerBound, $0.range.upperBound) != ($1.range.lowerBound, $1.range.upperBound)
                ? ($0.range.lowerBound, $0.range.upperBound)
                    < ($1.range.lowerBound, $1.range.upperBound)
                : bytewise($0.name, $1.name)
        }
        try Self.checkCoverage(
            entries, dataStart: dataStart, fileByteCount: fileByteCount, path: path)
        self.entries = entries
        self.metadata = metadata
    }

    private static func metadata(
        _ value: JSONValue, path: String
    ) throws(CheckpointError) -> [String: String] {
        guard let members = value.object else {
            throw CheckpointError(
                .malformed, "__metadata__ is \(value.kindName) and must be an object of texts",
                path: path)
        }
        var metadata: [String: String] = [:]
        for member in members {
            guard let text = member.value.string else {
                throw CheckpointError(
                    .malformed,
                    "__metadata__ \"\(member.key)\" is \(member.value.kindName) and must be a text",
                    path: path)
            }
            metadata[member.key] = text
        }
        return metadata
    }

    private static func entry(
        _ member: JSONValue.Member, dataStart: Int, fileByteCount: Int, path: String
    ) throws(CheckpointError) -> SafetensorsEntry {
        func refusal(_ reason: String) -> CheckpointError {
            CheckpointError(.malformed, "tensor \"\(member.key)\": \(reason)", path: path)
        }
        guard let fields = member.value.object else {
            throw refusal("its entry is \(member.value.kindName) and must be an object")
        }
        for field in fields where !["dtype", "shape", "data_offsets"].contains(field.key) {
            throw refusal(
                "its entry has a field \"\(field.key)\"; the format has dtype, shape and "
                    + "data_offsets")
        }
        guard let typeName = member.value["dtype"]?.string else {
            throw refusal("it has no dtype")
        }
        guard let type = StoredType(rawValue: typeName) else {
            let known = StoredType.allCases.map(\.rawValue).joined(separator: ", ")
            throw refusal("dtype \"\(typeName)\" is not one that is read here (\(known))")
        }
        guard let dimensions = member.value["shape"]?.array else {
            throw refusal("it has no shape")
        }
        var shape: [Int] = []
        for dimension in dimensions {
            guard let size = dimension.integer, size >= 0 else {
                throw refusal(
                    "its shape holds \(JSONWriter.compact(dimension)), which is no whole number "
                        + "from 0 to 2^63 - 1")
            }
            shape.append(size)
        }
        guard let byteCount = tensorByteCount(type, shape) else {
            throw refusal("its shape \(shape) has more than 2^63 - 1 bytes")
        }
        guard let offsets = member.value["data_offsets"]?.array, offsets.count == 2 else {
            throw refusal("it has no pair of data_offsets")
        }
        guard let begin = offsets[0].integer, let end = offsets[1].integer, begin >= 0 else {
            throw refusal(
                "its data_offsets \(JSONWriter.compact(.array(offsets))) are not whole numbers "
                    + "from 0 to 2^63 - 1")
        }
        guard begin <= end else {
            throw refusal("its data ends at \(end), before it begins at \(begin)")
        }
        guard end - begin == byteCount else {
            throw refusal(
                "its \(end - begin) bytes do not hold \(type.rawValue) \(shape), which takes "
                    + "\(byteCount)")
        }
        guard end <= fileByteCount - dataStart else {
            throw CheckpointError(
                .damaged,
                "tensor \"\(member.key)\": its data ends at byte \(end) of "
                    + "\(fileByteCount - dataStart); the file was cut short, so download or save "
                    + "it again",
                path: path)
        }
        return SafetensorsEntry(
            name: member.key, type: type, shape: shape,
            range: (dataStart + begin)..<(dataStart + end))
    }

    private static func checkCoverage(
        _ entries: [SafetensorsEntry], dataStart: Int, fileByteCount: Int, path: String
    ) throws(CheckpointError) {
        var reached = dataStart
        var previous = "the header"
        for entry in entries {
            let begin = entry.range.lowerBound
            if begin != reached {
                let what =
                    begin < reached
                    ? "overlaps \(previous) by \(reached - begin) bytes"
                    : "leaves a gap of \(begin - reached) bytes after \(previous)"
                throw CheckpointError(
                    .malformed, "tensor \"\(entry.name)\": its data \(what)", path: path)
            }
            reached = entry.range.upperBound
            previous = "\"\(entry.name)\""
        }
        if reached != fileByteCount {
            throw CheckpointError(
                .malformed,
                "\(fileByteCount - reached) bytes after \(previous) belong to no tensor",
                path: path)
        }
    }
}
