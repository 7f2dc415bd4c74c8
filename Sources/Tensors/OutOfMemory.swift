import CKernels

/// What happens when the system has no memory for a tensor.
///
/// Nothing can go on then: the place that asked stands deep inside a computation whose results
/// others wait for. So the process ends, and its owner may choose the words and the exit code.
public enum OutOfMemory {
    /// Has `handler` called, once, with the number of bytes that could not be had. It must end the
    /// process and should allocate little. Without one, a sentence is printed and the process aborts.
    public static func end(by handler: @escaping @convention(c) (_ bytes: Int) -> Void) {
        nj_set_memory_handler(handler)
    }
}
