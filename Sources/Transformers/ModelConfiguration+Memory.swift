import Foundation

extension ModelConfiguration {
    /// Weights that this machine can never hold are refused before any is allocated.
    func checkMemory() throws {
        // In double precision: the product of eight sizes may be more than an integer holds.
        let attention = Double(2 * headCount + 2 * keyValueHeadCount) * Double(headSize)
        let layer = attention + 3 * Double(intermediateSize)
        let tables = Double(vocabularySize) * (tiesEmbeddings ? 1 : 2)
        let weights = (Double(layerCount) * layer + tables) * Double(hiddenSize)
        let installed = Double(ProcessInfo.processInfo.physicalMemory)
        guard weights * 4 <= installed else {
            func gibibytes(_ bytes: Double) -> String {
                String(format: "%.4g GiB", bytes / Double(1 << 30))
            }
            throw ModelError(
                .badShape,
                "The model's \(String(format: "%.3g", weights)) weights alone are "
                    + "\(gibibytes(weights * 4)), and this machine has \(gibibytes(installed)); "
                    + "make it smaller.")
        }
    }
}
