import Testing

/// What a reader may call says what it does.
@Suite struct DocumentationTests {
    static let budget = "Scripts/documentation-budget.txt"

    /// Members that a protocol of the standard library, or of every module's error, asks for.
    static let wellKnown: Set = [
        "==", "<", "hash", "encode", "description", "debugDescription", "errorDescription", "id",
        "rawValue", "isUserMistake", "next", "makeIterator", "startIndex", "endIndex", "index",
    ]

    @Test func typesAndFunctionsHaveADocComment() {
        for (file, declaration) in DocumentationTests.undocumented
        where declaration.kind == .verb {
            Issue.record("\(file):\(declaration.line) \(declaration.name) has no doc comment")
        }
    }

    /// A property's name and type often say all; how many rely on that may only shrink.
    @Test func undocumentedPropertiesStayWithinTheBudget() throws {
        let counts = Dictionary(
            grouping: DocumentationTests.undocumented.filter { $0.declaration.kind == .noun },
            by: { $0.file.split(separator: "/")[1] }
        ).mapValues(\.count)
        let budget = Dictionary(
            try Repository.list(DocumentationTests.budget).map { ($0.name, Int($0.value) ?? 0) },
            uniquingKeysWith: { first, _ in first })
        for (module, count) in counts.sorted(by: { $0.key < $1.key }) {
            let allowed = budget[String(module)] ?? 0
            #expect(
                count <= allowed,
                """
                \(module) has \(count) public properties and initializers without a doc comment \
                and a budget of \(allowed); write one for each new one
                """)
        }
    }

    @Test func documentationIsFoundWhereItStands() {
        let source = """
            /// Said.
            @frozen
            public struct A {
                public let x: Int
                public private(set) var y = 0
                /// Said.
                public static func f() {}
                public func g<T>(_ t: T) {}
                public class func h() {}
                public init(x: Int) {}
                func inner() {}
            }
            // Not a doc comment.
            public final class B: P {}
            public extension A {}
            public import C
            """
        let all = PublicDeclaration.all(in: source)
        #expect(all.map(\.name) == ["A", "x", "y", "f", "g", "h", "init", "B"])
        #expect(all.filter(\.isDocumented).map(\.name) == ["A", "f"])
        #expect(all.filter { $0.kind == .noun }.map(\.name) == ["x", "y", "init"])
    }

    @Test func protocolsSpeakForTheirConformers() {
        let source = """
            public protocol P {
                /// Said.
                func f(_ x: Int) -> Int
                var y: Int { get }
            }
            struct Q { func g() {} }
            """
        #expect(PublicDeclaration.requirements(in: source) == ["f", "y"])
    }

    private static let undocumented: [(file: String, declaration: PublicDeclaration)] = {
        let texts = Repository.texts.filter {
            $0.file.hasPrefix("Sources/") && $0.file.hasSuffix(".swift")
        }
        let spokenFor = texts.reduce(into: wellKnown) {
            $0.formUnion(PublicDeclaration.requirements(in: $1.text))
        }
        return texts.flatMap { file, text in
            PublicDeclaration.all(in: text)
                .filter { !$0.isDocumented && !spokenFor.contains($0.name) }.map { (file, $0) }
        }
    }()
}
