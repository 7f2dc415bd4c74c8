import Telemetry
import Testing

@Suite struct AlignedTableTests {
    @Test func numbersStandRightAndTextsLeft() {
        var table = AlignedTable(columns: ["tensor", "size", "note"])
        table.add(["embedding", "32.8k", "tied"])
        table.add(["head", "7"])
        table.add(["norm", "-1.5 GiB", "f32"])
        #expect(
            table.render() == """
                tensor         size  note
                embedding     32.8k  tied
                head              7
                norm       -1.5 GiB  f32
                """)
    }

    @Test func widthCountsColumnsNotCharacters() {
        var table = AlignedTable(columns: ["a", "b"])
        table.add(["訓練", "x"])
        table.add(["e\u{301}", "y"])
        #expect(table.render() == "a     b\n訓練  x\ne\u{301}     y")
    }

    @Test func emptyTablesAndHeadings() {
        #expect(AlignedTable(columns: []).render() == "")
        #expect(AlignedTable(columns: ["a", "b"]).render() == "a  b")
        var bare = AlignedTable(columns: ["", ""])
        bare.add(["key", "value"])
        #expect(bare.render() == "key  value")
    }

    @Test func onlyTheHeadingIsPainted() {
        var table = AlignedTable(columns: ["a"])
        table.add(["b"])
        let painted = table.render(style: TerminalStyle(hasColour: true, isLive: true))
        #expect(painted == "\u{1B}[1ma\u{1B}[0m\nb")
    }
}
