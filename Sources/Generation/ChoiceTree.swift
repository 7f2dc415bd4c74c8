/// Texts of which a request is to write one, as a tree of their tokens.
///
/// A request with such a tree samples among the tokens that still lead to one of the texts, and is
/// over where one is complete.
public struct ChoiceTree: Sendable, Hashable {
    struct Node: Sendable, Hashable {
        /// In the order of the tokens.
        var children: [(token: Int32, node: Int)] = []
        /// The text that is complete here.
        var choice: Int?

        static func == (a: Node, b: Node) -> Bool {
            a.choice == b.choice && a.children.elementsEqual(b.children) { $0 == $1 }
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(choice)
            for child in children {
                hasher.combine(child.token)
                hasher.combine(child.node)
            }
        }
    }

    private(set) var nodes = [Node()]

    /// A tree of texts.
    ///
    /// - Parameters:
    ///   - choices: the texts' tokens; none empty, no two equal.
    ///   - end: the token that ends a text which another one begins with.
    /// - Throws: `GenerationError` for texts that cannot be told apart.
    public init(_ choices: [[Int32]], end: Int32?) throws {
        for (index, tokens) in choices.enumerated() {
            guard !tokens.isEmpty else {
                throw GenerationError(
                    .badRequest, "Choice \(index + 1) has no token; give it a text.")
            }
            let node = tokens.reduce(0) { child($1, of: $0) }
            guard nodes[node].choice == nil else {
                throw GenerationError(
                    .badRequest,
                    "Choices \((nodes[node].choice ?? 0) + 1) and \(index + 1) have the same "
                        + "tokens; give each its own text.")
            }
            nodes[node].choice = index
        }
        for index in nodes.indices {
            guard let choice = nodes[index].choice, !nodes[index].children.isEmpty else { continue }
            guard let end else {
                throw GenerationError(
                    .badRequest,
                    "Choice \(choice + 1) is the beginning of another one, and the tokenizer has no "
                        + "end token that could tell them apart.")
            }
            nodes[index].choice = nil
            nodes[child(end, of: index)].choice = choice
        }
        for index in nodes.indices { nodes[index].children.sort { $0.token < $1.token } }
    }

    private mutating func child(_ token: Int32, of node: Int) -> Int {
        if let found = nodes[node].children.first(where: { $0.token == token }) {
            return found.node
        }
        nodes.append(Node())
        nodes[node].children.append((token, nodes.count - 1))
        return nodes.count - 1
    }

    /// The text that tokens spell; nil where they end on the way.
    public func choice(of tokens: some Sequence<Int32>) -> Int? {
        var node = 0
        for token in tokens {
            guard let next = nodes[node].children.first(where: { $0.token == token }) else {
                return nil
            }
            node = next.node
        }
        return nodes[node].choice
    }

    /// Where tokens that a request wrote lead.
    func node(after tokens: ArraySlice<Int32>) -> Int {
        tokens.reduce(0) { node, token in
            nodes[node].children.first { $0.token == token }?.node ?? node
        }
    }

    /// The most tokens of a text, its end token counted.
    public var longest: Int {
        // Nodes stand after their parents.
        var depth = [Int](repeating: 0, count: nodes.count)
        var most = 0
        for index in nodes.indices {
            most = max(most, depth[index])
            for child in nodes[index].children { depth[child.node] = depth[index] + 1 }
        }
        return most
    }
}
