/// How well predicted classes agree with those that are right.
///
/// As in scikit-learn: the F1 of a class is 2 TP / (2 TP + FP + FN), and the macro average is over
/// the classes that occur among the right or the predicted ones.
public struct ClassificationScore: Sendable, Hashable {
    /// The mean of the classes' F1.
    public let macroF1: Double
    /// The share of items whose class is right.
    public let accuracy: Double

    /// - Parameters:
    ///   - right: the class of each item, below `classes`.
    ///   - predicted: as many.
    ///   - items: which items count, by index; the same one may count several times.
    public init(
        right: [Int], predicted: [Int], classes: Int, items: some Collection<Int>
    ) {
        var hits = [Int](repeating: 0, count: classes)
        var rightCounts = hits
        var predictedCounts = hits
        var correct = 0
        for item in items {
            rightCounts[right[item]] += 1
            predictedCounts[predicted[item]] += 1
            if right[item] == predicted[item] {
                hits[right[item]] += 1
                correct += 1
            }
        }
        var sum = 0.0
        var present = 0
        for index in 0..<classes where rightCounts[index] + predictedCounts[index] > 0 {
            present += 1
            sum += 2 * Double(hits[index]) / Double(rightCounts[index] + predictedCounts[index])
        }
        macroF1 = present > 0 ? sum / Double(present) : .nan
        accuracy = items.isEmpty ? .nan : Double(correct) / Double(items.count)
    }
}
