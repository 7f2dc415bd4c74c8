/// A seeded order of `count` things, computed place by place.
///
/// It is a Feistel network over the smallest even split of enough bits, walked until it lands
/// inside the count (Black and Rogaway, "Ciphers with Arbitrary Finite Domains", 2002). It needs
/// no memory and no history: any place of any epoch is found at once, which is what makes
/// resuming cheap.
public struct Shuffle: Sendable {
    private static let rounds = 8

    public let count: Int
    private let keys: [UInt64]
    private let leftBits: UInt64
    private let rightBits: UInt64

    /// - Parameter count: at least 1.
    public init(count: Int, seed: UInt64, epoch: Int) {
        precondition(count > 0, "An order has at least one place.")
        self.count = count
        let bits = UInt64(max(2, Int.bitWidth - (count - 1).leadingZeroBitCount))
        leftBits = bits / 2
        rightBits = bits - bits / 2
        let start = scramble(
            scramble(seed) ^ scramble(~UInt64(epoch)))
        keys = (0..<UInt64(Self.rounds)).map { scramble(start &+ $0) }
    }

    /// The thing at `place`, in `0 ..< count`; every thing has one place.
    public func callAsFunction(_ place: Int) -> Int {
        precondition(place >= 0 && place < count, "A place lies below the count.")
        var value = UInt64(place)
        repeat { value = permuted(value) } while value >= UInt64(count)
        return Int(value)
    }

    /// One pass of the network, a permutation of all values of so many bits.
    private func permuted(_ value: UInt64) -> UInt64 {
        var left = value >> rightBits
        var right = value & (1 << rightBits - 1)
        var leftBits = leftBits
        var rightBits = rightBits
        // The halves and their widths change places every round; the rounds are even, so the
        // widths end where they began.
        for key in keys {
            let mixed = left ^ (scramble(right ^ key) >> (64 - leftBits))
            (left, right) = (right, mixed)
            (leftBits, rightBits) = (rightBits, leftBits)
        }
        return left << rightBits | right
    }
}
