import Dispatch
import Tokenizers

/// Encodes documents on all cores, in their order.
enum ParallelEncoding {
    /// The ids of every document.
    static func ids(of documents: [Document], tokenizer: any Tokenizer) -> [[Int32]] {
        [[Int32]](unsafeUninitializedCapacity: documents.count) { all, count in
            // Every iteration initializes its own element, once: no two touch the same one.
            nonisolated(unsafe) let all = all
            DispatchQueue.concurrentPerform(iterations: documents.count) { index in
                var ids: [Int32] = []
                documents[index].utf8.withUnsafeBufferPointer { tokenizer.encode($0, into: &ids) }
                (all.baseAddress! + index).initialize(to: ids)
            }
            count = documents.count
        }
    }
}
