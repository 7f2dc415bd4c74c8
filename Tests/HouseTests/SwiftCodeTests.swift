import Testing

/// The reader that the other laws stand on.
@Suite struct SwiftCodeTests {
    @Test func commentsAndStringsAreBlankedAndLinesStay() {
        let source = """
            let a = "try!" // try!
            /* try! /* nested */ try! */ let b = 1
            let c = #"a "try!" b"#; let d = "\\(f("try!", (1))) try!"
            let e = \"\"\"
                try! " try!
                \"\"\"
            call(try! f())
            """
        let code = SwiftCode(source)
        #expect(code.lines.count == source.split(separator: "\n").count)
        #expect(code.lines.filter { $0.contains("try!") } == ["call(try! f())"])
        #expect(code.lines[1].hasSuffix("let b = 1"))
        #expect(code.lines[2].contains("let d = "))
    }

    @Test func importsAreFoundInEverySpelling() {
        let code = SwiftCode(
            """
            public import Tensors
            @testable import Training
            #if canImport(Glibc)
                import Glibc
            #endif
            import struct Foundation.Data
            // import Nothing
            let text = "import Nothing"
            """)
        #expect(code.imports.map(\.module) == ["Tensors", "Training", "Glibc", "Foundation"])
        #expect(code.imports.map(\.line) == [1, 2, 4, 6])
    }
}
