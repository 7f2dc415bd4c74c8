import Conversations
import Dispatch

/// Encodes documents on all cores, in their order.
enum ParallelEncoding {
    /// What every document comes to.
    static func results(
        of documents: [Document], by encoder: DocumentEncoder
    ) -> [Result<EncodedDocument, ConversationError>] {
        [Result<EncodedDocument, ConversationError>](
            unsafeUninitializedCapacity: documents.count
        ) { all, count in
            // Every iteration initializes its own element, once: no two touch the same one.
            nonisolated(unsafe) let all = all
            DispatchQueue.concurrentPerform(iterations: documents.count) { index in
                (all.baseAddress! + index).initialize(to: encoder.encode(documents[index]))
            }
            count = documents.count
        }
    }
}
