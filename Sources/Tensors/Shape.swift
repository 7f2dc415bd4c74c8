/// The extents of a tensor, outermost first; storage is always row-major and dense.
public struct Shape: Sendable, Hashable, ExpressibleByArrayLiteral, CustomStringConvertible {
    public let dimensions: [Int]

    /// The product of the extents; 1 for a scalar.
    public let count: Int

    public init(_ dimensions: [Int]) {
        precondition(
            dimensions.allSatisfy { $0 >= 0 }, "A shape has no negative extent: \(dimensions).")
        self.dimensions = dimensions
        count = dimensions.reduce(1, *)
    }

    public init(arrayLiteral elements: Int...) { self.init(elements) }

    /// The extent of an axis, counted from the outermost.
    public subscript(_ axis: Int) -> Int { dimensions[axis] }

    public var rank: Int { dimensions.count }

    /// The extent of the innermost axis; 1 for a scalar.
    public var last: Int { dimensions.last ?? 1 }

    /// The number of innermost rows: `count / last`, also where an extent is zero.
    public var rows: Int { dimensions.dropLast().reduce(1, *) }

    public var description: String {
        "[" + dimensions.map(String.init).joined(separator: ", ") + "]"
    }
}
