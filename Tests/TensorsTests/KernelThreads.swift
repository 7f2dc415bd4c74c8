import Tensors
import Testing

/// Runs `body` on a team of one, of two and of three, and expects the same bytes.
func expectSameOnOneAndManyThreads(
    _ label: String = "", sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () -> [Tensor]
) {
    ComputeThread.shared.run {
        let before = ComputeThread.shared.threadCount
        defer { ComputeThread.shared.setThreadCount(before) }
        ComputeThread.shared.setThreadCount(1)
        let alone = body().map(bytes)
        for count in [2, 3] {
            ComputeThread.shared.setThreadCount(count)
            #expect(
                body().map(bytes) == alone, "\(label) on \(count) threads",
                sourceLocation: sourceLocation)
        }
    }
}

/// A tensor's elements as they are stored.
func bytes(_ tensor: Tensor) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: tensor.byteCount) { buffer, count in
        tensor.readBytes(
            into: UnsafeMutableRawBufferPointer(
                start: buffer.baseAddress, count: tensor.byteCount))
        count = tensor.byteCount
    }
}
