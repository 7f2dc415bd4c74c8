import ArgumentParser

/// A number of bytes as people write it: 5GB, 1.5GiB, 500MB, 4096.
struct ByteSize: ExpressibleByArgument {
    let bytes: Int

    private static let units: [(suffix: String, bytes: Double)] = [
        ("KiB", 1024), ("MiB", 1_048_576), ("GiB", 1_073_741_824), ("KB", 1e3), ("MB", 1e6),
        ("GB", 1e9), ("TB", 1e12), ("B", 1), ("", 1),
    ]

    init?(argument: String) {
        let lower = argument.lowercased()
        guard let unit = ByteSize.units.first(where: { lower.hasSuffix($0.suffix.lowercased()) }),
            let number = Double(
                lower.dropLast(unit.suffix.count).drop { $0 == " " }.prefix { $0 != " " }),
            number.isFinite, (1...1e15).contains(number * unit.bytes)
        else { return nil }
        bytes = Int(number * unit.bytes)
    }
}
