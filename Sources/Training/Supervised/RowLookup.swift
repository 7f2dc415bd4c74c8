import Corpora

extension Source {
    /// The bytes of the row that a document was made from.
    ///
    /// Rows are read up to that line: this is for the first rows of a source, and for messages.
    func row(of origin: DocumentOrigin) throws -> [UInt8] {
        struct Found: Error { var bytes: [UInt8] }
        var source = self
        if let file = origin.file { source.place = .files([file]) }
        do {
            try DocumentReader(source).read { document, _ in
                if document.origin.line == origin.line { throw Found(bytes: document.utf8) }
            }
        } catch let found as Found {
            return found.bytes
        }
        throw TrainingError(
            .badState, "\(origin) is not there any more; the file changed since it was tokenized.")
    }
}
