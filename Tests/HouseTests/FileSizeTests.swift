import Testing

/// A file that cannot be read in one sitting is listed with its reason, or split.
@Suite struct FileSizeTests {
    static let limit = 400
    static let budget = "Scripts/size-budget.txt"

    @Test func filesAreShortOrListedWithAReason() throws {
        let listed = Dictionary(
            try Repository.list(FileSizeTests.budget).map { ($0.name, $0.value) },
            uniquingKeysWith: { first, _ in first })
        for file in Repository.files(below: "", endingIn: [".swift", ".c", ".h", ".lua"]) {
            let count = try Repository.text(file).split(
                separator: "\n", omittingEmptySubsequences: false
            ).dropLast().count
            if count > FileSizeTests.limit {
                #expect(
                    listed[file]?.isEmpty == false,
                    "\(file) has \(count) lines; split it, or list it in \(FileSizeTests.budget)")
            } else {
                #expect(listed[file] == nil, "\(file) is short; take it off the list")
            }
        }
    }

    @Test func theListNamesOnlyFilesThatExist() throws {
        for entry in try Repository.list(FileSizeTests.budget) {
            #expect(Repository.files.contains(entry.name), "\(entry.name) does not exist")
        }
    }
}
