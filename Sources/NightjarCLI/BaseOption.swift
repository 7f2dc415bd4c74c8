import ArgumentParser

/// `--base`, of commands that open adapters.
struct BaseOption: ParsableArguments {
    @Option(
        name: .customLong("base"),
        help: "For an adapter whose base has moved: where that is now.", completion: .directory)
    var path: String?
}
