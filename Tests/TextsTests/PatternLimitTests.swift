import Testing

@testable import Texts

/// No pattern and no text makes a search endless.
@Suite struct PatternLimitTests {
    /// Patterns that explode, with the text that makes them.
    static let explosions: [(pattern: String, text: String)] = [
        ("(a+)+$", String(repeating: "a", count: 64) + "b"),
        ("(a|aa)+$", String(repeating: "a", count: 100) + "b"),
        ("(?:a*)*b", String(repeating: "a", count: 100) + "cb"),
        ("(.*)(.*)(.*)(.*)(.*)x$", String(repeating: "ax", count: 3000) + "b"),
        ("(?:(?:a?){30}){30}b$", String(repeating: "a", count: 200) + "bc"),
        (#"(x+x+)+y(?<!y)"#, String(repeating: "x", count: 200) + "y"),
        (#"(a*)\1+b$"#, String(repeating: "a", count: 5000) + "bc"),
        (#"(?=(a+))a*b\1$"#, String(repeating: "a", count: 20_000) + "bc"),
    ]

    @Test(arguments: explosions.indices)
    func anExplosionIsGivenUpAfterTheSameSteps(index: Int) throws {
        let (pattern, text) = PatternLimitTests.explosions[index]
        let bytes = Array(text.utf8)
        var limits = Pattern.Limits()
        limits.steps = 1 << 20
        limits.stepsPerByte = 0
        var taken: Set<Int> = []
        for _ in 0..<2 {
            let search = PatternSearch(try Pattern(pattern, limits: limits))
            let error = #expect(throws: TextsError.self) { try search.matches(bytes) }
            #expect(error?.kind == .work)
            taken.insert(search.stepsTaken)
        }
        #expect(taken.count == 1)
    }

    @Test(arguments: [
        "(?R)", "(?R)|a", "a(?R)?b", "(?<x>(?&x))", "(?:(?R)|b)*", "((?1)?a)+z", "(|a)*z",
        "(?:)*z", #"(?<a>a|\g<a>b)z"#, "(?(DEFINE)(?<r>a(?&r)?))(?&r)z",
    ])
    func recursionEnds(pattern: String) throws {
        guard let compiled = try? Pattern(pattern) else { return }
        let search = PatternSearch(compiled)
        for text in ["", "a", String(repeating: "a", count: 5000)] {
            do { _ = try search.count(in: Array(text.utf8)) } catch let error as TextsError {
                #expect(error.kind == .work)
            }
        }
    }

    /// A loop over one character takes no step inside, and begins anew at each place.
    @Test(arguments: [
        "a*b", "[a-c]*[^a-c]d", #"\w+@"#, "a{30000}b|z", "(?<=a{20000})b|z", #"\s*$x"#, "(?s).*z$",
        #"(a*)\1b|z"#, "a*+a*+z|y",
    ])
    func aQuadraticScanIsBounded(pattern: String) throws {
        let text = Array(String(repeating: "a", count: 1_000_000).utf8) + Array("c d@b z".utf8)
        let search = PatternSearch(try Pattern(pattern))
        let start = ContinuousClock.now
        do { _ = try search.count(in: text) } catch let error as TextsError {
            #expect(error.kind == .work)
        }
        #expect(ContinuousClock.now - start < .seconds(10), "\(search.stepsTaken)")
    }

    @Test func theOneWhoPaysIsAskedAndMayEndIt() throws {
        struct Enough: Error {}
        var paid = 0
        let search = PatternSearch(try Pattern("(a+)+$")) { units in
            paid += units
            if paid > 300_000 { throw Enough() }
        }
        let text = Array((String(repeating: "a", count: 64) + "b").utf8)
        #expect(throws: Enough.self) { try search.matches(text) }
        #expect(paid > 300_000 && paid < 400_000)
        // The search is as good as new.
        paid = 0
        #expect(try search.matches(Array("aaa".utf8)))
    }

    @Test func honestSearchesOfLongTextsStayWithinTheLimits() throws {
        let words = "The quick brown fox, 555-1234, jumps over foo@bar.com the lazy <b>dogs</b>. "
        let text = Array(String(repeating: words, count: 50_000).utf8)
        for (pattern, count) in [
            (#"\b\w+@\w+\.com\b"#, 50_000), (#"\d{3}-\d{4}"#, 50_000), ("(?i)the", 100_000),
            ("(?s)<b>.*?</b>", 50_000), (#"(\w+) (\w+)"#, 200_000), (#"\s+$"#, 1),
        ] {
            #expect(try PatternSearch(try Pattern(pattern)).count(in: text) == count, "\(pattern)")
        }
    }

    @Test func listsAreBounded() throws {
        let text = [UInt8](repeating: 0x61, count: Bounds.mostItems + 2)
        let search = PatternSearch(try Pattern("a"))
        #expect(throws: TextsError.self) { try search.allMatches(in: text) }
        #expect(throws: TextsError.self) { try search.pieces(of: text) }
        #expect(try search.count(in: text) == text.count)
        #expect(try search.allMatches(in: text, most: 3).count == 3)
    }

    @Test func everyPartOfAReplacementIsPaidFor() throws {
        struct Enough: Error {}
        let pattern = try Pattern("x")
        let text = [UInt8](repeating: 0x78, count: 10_000)
        for template in ["$0", "a$0b", "$0$$"] {
            let many = Array(String(repeating: template, count: 100_000).utf8)
            var paid = 0
            let charge = { (units: Int) in
                paid += units
                if paid > 10_000_000 { throw Enough() }
            }
            let search = PatternSearch(pattern, charge: charge)
            let replacement = try Replacement(many, for: pattern)
            #expect(throws: Enough.self) { try search.replacing(in: text, with: replacement) }
            #expect(paid < 10_200_000)
            paid = 0
            #expect(throws: Enough.self) {
                try Replacement(many, for: pattern, charge: charge)
            }
            #expect(paid < 10_200_000)
        }
    }

    @Test func partsOfAReplacementAreBounded() throws {
        let template = Array(String(repeating: "$0", count: Bounds.mostItems + 1).utf8)
        let error = #expect(throws: TextsError.self) {
            try Replacement(template, for: try Pattern("x"))
        }
        #expect(error?.kind == .work)
    }

    @Test func aReplacementMayNotGrowWithoutEnd() throws {
        let text = [UInt8](repeating: 0x61, count: 1 << 16)
        let pattern = try Pattern("a")
        let replacement = try Replacement([UInt8](repeating: 0x62, count: 1 << 13), for: pattern)
        #expect(throws: TextsError.self) {
            try PatternSearch(pattern).replacing(in: text, with: replacement)
        }
    }
}
