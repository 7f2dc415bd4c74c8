/// Finds which of many byte strings begin at a place of a text: a trie whose edges lie in one
/// open-addressed table.
struct PieceTrie: Sendable {
    /// Nodes that an edge's 24 bits can name.
    static let maximumNodes = 1 << 24

    /// `node << 8 | byte` in the upper 40 bits of an edge, the node it leads to below; free where 0.
    private let edges: FrozenBuffer<UInt64>
    private let mask: Int
    /// The value of every node, or -1.
    private let values: FrozenBuffer<Int32>
    /// The node below the root for each first byte, or 0.
    private let roots: FrozenBuffer<UInt32>

    /// Each piece with its value, from 0 up; of equal pieces the last counts, empty ones do not.
    ///
    /// Throws where the pieces need more nodes than can be named.
    init(_ pieces: [(bytes: [UInt8], value: Int32)]) throws {
        let order = pieces.indices.filter { !pieces[$0].bytes.isEmpty }.sorted {
            let (left, right) = (pieces[$0].bytes, pieces[$1].bytes)
            return left == right ? $0 < $1 : left.lexicographicallyPrecedes(right)
        }
        var values: [Int32] = [-1]
        var found: [UInt64] = []
        // The nodes along the piece before, which the next one shares as far as it is equal.
        var path: [Int] = [0]
        var previous: [UInt8] = []
        for index in order {
            let bytes = pieces[index].bytes
            var shared = 0
            while shared < min(previous.count, bytes.count), previous[shared] == bytes[shared] {
                shared += 1
            }
            path.removeSubrange((shared + 1)...)
            for byte in bytes[shared...] {
                let parent = path[path.count - 1]
                found.append(UInt64(parent) << 32 | UInt64(byte) << 24 | UInt64(values.count))
                path.append(values.count)
                values.append(-1)
            }
            guard values.count <= Self.maximumNodes else {
                throw TokenizerError(
                    .unsupported, "the tokens need more than \(Self.maximumNodes) nodes of a trie")
            }
            values[path[path.count - 1]] = pieces[index].value
            previous = bytes
        }
        var size = 16
        while size < found.count * 2 { size *= 2 }
        var table = [UInt64](repeating: 0, count: size)
        var roots = [UInt32](repeating: 0, count: 256)
        for edge in found {
            let key = edge >> 24
            if key < 256 { roots[Int(key)] = UInt32(edge & 0xFF_FFFF) }
            var slot = Self.slot(key, size - 1)
            while table[slot] != 0 { slot = (slot + 1) & (size - 1) }
            table[slot] = edge
        }
        edges = FrozenBuffer(table)
        mask = size - 1
        self.values = FrozenBuffer(values)
        self.roots = FrozenBuffer(roots)
    }

    /// Calls `body` with the value and the end of every piece that begins at `start`, short to
    /// long.
    @inline(__always)
    func forEachPrefix(
        _ text: UnsafePointer<UInt8>, _ start: Int, _ end: Int,
        _ body: (_ value: Int32, _ end: Int) -> Void
    ) {
        guard start < end else { return }
        var node = UInt64(roots[Int(text[start])])
        var index = start &+ 1
        while node != 0 {
            let value = values[Int(node)]
            if value >= 0 { body(value, index) }
            if index == end { return }
            node = child(node, text[index])
            index &+= 1
        }
    }

    /// The node that `byte` leads to, or 0.
    @inline(__always)
    private func child(_ node: UInt64, _ byte: UInt8) -> UInt64 {
        let key = node << 8 | UInt64(byte)
        var slot = Self.slot(key, mask)
        while true {
            let edge = edges[slot]
            if edge >> 24 == key { return edge & 0xFF_FFFF }
            if edge == 0 { return 0 }
            slot = (slot &+ 1) & mask
        }
    }

    @inline(__always)
    private static func slot(_ key: UInt64, _ mask: Int) -> Int {
        Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
    }
}
