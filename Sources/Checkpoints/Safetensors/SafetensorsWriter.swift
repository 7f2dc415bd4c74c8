/// Writes a safetensors file: the header first, then each tensor's bytes as they are supplied.
///
/// Tensors lie widest element type first and by name within a type, so that every one is aligned to
/// its element and the same tensors always give the same file. The header is padded with spaces to
/// a multiple of 8.
///
///     let writer = try SafetensorsWriter(tensors: declarations)
///     try writer.write(to: draft) { tensor, sink in try sink.append(bytes[tensor.name]) }
public struct SafetensorsWriter: Sendable {
    /// The tensors in the order in which their bytes are asked for.
    public let tensors: [TensorDeclaration]
    /// The texts under `__metadata__`.
    public let metadata: [String: String]
    /// The length of the whole file.
    public let byteCount: Int

    private let header: [UInt8]
    private let byteCounts: [Int]

    /// Lays out a file. Throws where a name occurs twice, is `__metadata__`, or a shape is negative
    /// or too large.
    public init(
        tensors: [TensorDeclaration], metadata: [String: String] = ["format": "pt"]
    ) throws(CheckpointError) {
        var sorted = tensors
        sorted.sort {
            $0.type.byteCount != $1.type.byteCount
                ? $0.type.byteCount > $1.type.byteCount : bytewise($0.name, $1.name)
        }
        var members: [JSONValue.Member] = []
        if !metadata.isEmpty { members.append(.init("__metadata__", .texts(metadata))) }
        var names: Set<String> = []
        var byteCounts: [Int] = []
        var offset = 0
        for tensor in sorted {
            guard tensor.name != "__metadata__", names.insert(tensor.name).inserted else {
                throw CheckpointError(
                    .invalidName,
                    "the tensor name \"\(tensor.name)\" is declared twice or reserved",
                    path: "safetensors")
            }
            guard let count = tensorByteCount(tensor.type, tensor.shape),
                case let (end, overflow) = offset.addingReportingOverflow(count), !overflow
            else {
                throw CheckpointError(
                    .wrongByteCount,
                    "tensor \"\(tensor.name)\" of shape \(tensor.shape) cannot be stored",
                    path: "safetensors")
            }
            byteCounts.append(count)
            members.append(
                .init(
                    tensor.name,
                    .object([
                        .init("dtype", .string(tensor.type.rawValue)),
                        .init("shape", .array(tensor.shape.map { .integer($0) })),
                        .init("data_offsets", .array([.integer(offset), .integer(end)])),
                    ])))
            offset = end
        }
        var json = Array(JSONWriter.compact(.object(members)).utf8)
        while json.count % 8 != 0 { json.append(UInt8(ascii: " ")) }
        let length = UInt64(json.count)
        self.tensors = sorted
        self.metadata = metadata
        self.byteCounts = byteCounts
        header = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) } + json
        byteCount = header.count + offset
    }

    /// Writes the file, asking `bytes` for each tensor of `tensors` in turn. Throws where a tensor
    /// gets more or fewer bytes than its declaration takes.
    public func write(
        to sink: some ByteSink, bytes: (TensorDeclaration, TensorSink) throws -> Void
    ) throws {
        try header.withUnsafeBytes { try sink.write($0) }
        for (tensor, count) in zip(tensors, byteCounts) {
            let tensorSink = TensorSink(tensor, byteCount: count, sink: sink)
            try bytes(tensor, tensorSink)
            try tensorSink.checkFull()
        }
    }

    /// Writes a file of its own: aside, flushed, then renamed to `path`.
    public func write(
        toFile path: String, fileSystem: any FileSystem = PosixFileSystem(),
        bytes: (TensorDeclaration, TensorSink) throws -> Void
    ) throws {
        try AtomicFile(path: path, fileSystem: fileSystem).write { draft in
            try write(to: draft, bytes: bytes)
        }
    }
}

/// Takes the bytes of one tensor, in order, in as many pieces as suit the supplier.
public final class TensorSink {
    private let tensor: TensorDeclaration
    private let sink: any ByteSink
    private let byteCount: Int
    private var remaining: Int

    init(_ tensor: TensorDeclaration, byteCount: Int, sink: any ByteSink) {
        self.tensor = tensor
        self.sink = sink
        self.byteCount = byteCount
        remaining = byteCount
    }

    /// Adds bytes.
    public func append(_ bytes: UnsafeRawBufferPointer) throws {
        guard bytes.count <= remaining else {
            throw mismatch("at least \(byteCount - remaining + bytes.count)")
        }
        try sink.write(bytes)
        remaining -= bytes.count
    }

    /// Adds the elements of an array as they lie in memory.
    public func append<Element: BitwiseCopyable>(_ elements: [Element]) throws {
        try elements.withUnsafeBytes { try append($0) }
    }

    func checkFull() throws {
        if remaining > 0 { throw mismatch("\(byteCount - remaining)") }
    }

    private func mismatch(_ supplied: String) -> CheckpointError {
        CheckpointError(
            .wrongByteCount,
            "tensor \"\(tensor.name)\" takes \(byteCount) bytes and was given \(supplied)",
            path: sink.path)
    }
}
