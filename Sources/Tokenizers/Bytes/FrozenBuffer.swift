/// An array at a fixed address that is written before it is shared and only read after.
///
/// The encoder's inner loop reads tables through plain pointers, without the checks and the
/// reference counting that arrays cost there.
final class FrozenBuffer<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
    // Unchecked because of the pointer: nothing writes through it after `init`.
    let pointer: UnsafePointer<Element>
    let count: Int

    init(_ elements: [Element]) {
        let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(elements.count, 1))
        _ = UnsafeMutableBufferPointer(start: memory, count: elements.count).update(
            fromContentsOf: elements)
        pointer = UnsafePointer(memory)
        count = elements.count
    }

    deinit { pointer.deallocate() }

    @inline(__always)
    subscript(index: Int) -> Element { pointer[index] }
}
