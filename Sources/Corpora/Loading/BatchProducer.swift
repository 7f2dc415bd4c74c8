import Naming

/// Makes batch after batch: a function of mix, packing, seed and state alone.
///
/// A value: a copy goes on from the same place on another thread.
struct BatchProducer: Sendable {
    private(set) var mix: Mix
    let packing: Packing
    let rows: Int
    /// Documents that a source keeps open at once, so that the pieces of a long one spread over
    /// many batches and mingle with those of others.
    let interleave: Int
    private(set) var state: LoaderState
    private(set) var admission: Admission
    private let seeds: [UInt64]
    private let names: [String]

    init(
        mix: Mix, packing: Packing, rows: Int, seed: UInt64, interleave: Int,
        admission: Admission = Admission(), state: LoaderState?
    ) throws {
        guard rows >= 1 else {
            throw CorporaError(
                .badSetting, "the batch size is \(rows)", advice: "Give at least 1.")
        }
        precondition(interleave >= 1, "At least one document is open at a time.")
        self.mix = mix
        self.packing = packing
        self.rows = rows
        self.interleave = interleave
        self.admission = admission
        try admission.check(mix)
        names = mix.sources.map(\.name)
        // By name, so that another source in the mix leaves the orders of the rest alone.
        seeds = names.map { seed ^ ContentHash.xxh3(Array($0.utf8)) }
        if let state {
            try Self.check(state, fits: mix, seed: seed)
            self.state = state
        } else {
            self.state = LoaderState(seed: seed)
            self.state.sources = mix.sources.map {
                LoaderState.Position(name: $0.name, fingerprint: $0.fingerprint)
            }
        }
    }

    /// The next batch; on an error the state is as before.
    mutating func next() throws -> Batch {
        var state = state
        var filler = RowFiller(packing: packing, rows: rows)
        var given = state.sources.map(\.mixTokens)
        var truncated = 0
        for row in 0..<rows {
            var column = 0
            var segment = 0
            repeat {
                let source = mix.next(after: given, length: packing.length)
                guard
                    let piece = try draw(
                        from: source, &state.sources[source], into: &filler, row: row,
                        column: column, segment: segment, &truncated)
                else { break }
                given[source] += amount(of: piece, in: filler)
                column = piece.columns.upperBound
                segment += 1
            } while column < packing.length && packing.policy != .pad
        }
        for index in given.indices { state.sources[index].mixTokens = given[index] }
        state.batches += 1
        self.state = state
        return Batch(
            filler, sources: names, truncatedTokenCount: truncated, stateAfter: state)
    }

    /// Goes on where a copy of this producer stands.
    mutating func advance(to state: LoaderState) { self.state = state }

    /// Plans otherwise from here on; what is nil stays.
    ///
    /// New weights begin the balance of the sources anew. On an error nothing changes.
    mutating func replan(weights: [Double]?, admission: Admission?) throws {
        let mix = try weights.map(mix.with(weights:)) ?? mix
        let admission = admission ?? self.admission
        try admission.check(mix)
        self.mix = mix
        self.admission = admission
        guard weights != nil else { return }
        for index in state.sources.indices { state.sources[index].mixTokens = 0 }
    }

    /// What a piece that was just placed counts in the mix.
    private func amount(of piece: Batch.Piece, in filler: RowFiller) -> Int {
        switch mix.unit {
        case .tokens: piece.columns.count
        case .lossTokens: filler.lossCount(of: piece)
        case .samples: piece.offset == 0 ? 1 : 0
        }
    }

    /// Places the next piece of a source; nil where the row has no room for a whole document.
    private func draw(
        from index: Int, _ position: inout LoaderState.Position, into filler: inout RowFiller,
        row: Int, column: Int, segment: Int, _ truncated: inout Int
    ) throws -> Batch.Piece? {
        let source = mix.sources[index]
        let chosen =
            packing.policy == .whole
            ? try fitting(
                packing.length - column, isEmptyRow: column == 0, of: source, seed: seeds[index],
                &position)
            : try next(of: source, seed: seeds[index], &position)
        guard var current = chosen else { return nil }
        let extent = try source.extent(ofDocument: current.document)
        let remaining = packing.inputCount(of: extent) - current.offset
        guard remaining > 0 else {
            throw CorporaError(
                .foreignState,
                "the state of source '\(source.name)' lies outside its document "
                    + "\(current.document)",
                advice: "Resume from another checkpoint, with the packing that the run began with.")
        }
        let count = min(remaining, packing.length - column)
        let piece = Batch.Piece(
            row: row, columns: column..<column + count, source: index, document: current.document,
            offset: current.offset, epoch: position.epoch)
        try filler.place(piece, segment: segment, of: source, extent: extent)
        if count < remaining {
            switch packing.policy {
            case .chunk:
                current.offset += count
                position.open.append(current)
            case .pad, .whole: truncated += remaining - count
            }
        }
        position.tokens += count
        return piece
    }

    /// A whole document for the rest of a row.
    ///
    /// It is one that waits, the first that fits, else the next new one that does. What does not
    /// fit waits, and begins a row when its turn comes; no more wait than may be open.
    private func fitting(
        _ room: Int, isEmptyRow: Bool, of source: any TokenSource, seed: UInt64,
        _ position: inout LoaderState.Position
    ) throws -> LoaderState.OpenDocument? {
        if isEmptyRow {
            return position.open.isEmpty
                ? try next(of: source, seed: seed, &position) : position.open.removeFirst()
        }
        func fits(_ document: LoaderState.OpenDocument) throws -> Bool {
            try packing.inputCount(of: source.extent(ofDocument: document.document)) <= room
        }
        if let place = try position.open.firstIndex(where: fits) {
            return position.open.remove(at: place)
        }
        while position.open.count < interleave {
            // An epoch ends when nothing waits any more; until then a row is left as it is.
            if position.place == source.documentCount, !position.open.isEmpty { break }
            let document = try next(of: source, seed: seed, &position)
            if try fits(document) { return document }
            position.open.append(document)
        }
        return nil
    }

    /// The document to go on with: a new one while few are open, else the one that waited longest.
    ///
    /// An epoch ends when all its documents are finished or passed over: only then does the next
    /// one begin. It ends at some time, for the source holds a document that is admitted.
    private func next(
        of source: any TokenSource, seed: UInt64, _ position: inout LoaderState.Position
    ) throws -> LoaderState.OpenDocument {
        while true {
            if position.place == source.documentCount && position.open.isEmpty {
                position.epoch += 1
                position.place = 0
            }
            guard position.open.count < interleave && position.place < source.documentCount else {
                return position.open.removeFirst()
            }
            let order = Shuffle(count: source.documentCount, seed: seed, epoch: position.epoch)
            while position.place < source.documentCount {
                let document = order(position.place)
                position.place += 1
                if try admission.admits(document, of: source) {
                    return LoaderState.OpenDocument(document: document, offset: 0)
                }
                position.passedOver += 1
            }
        }
    }

    private static func check(_ state: LoaderState, fits mix: Mix, seed: UInt64) throws {
        guard state.format == LoaderState.format else {
            throw CorporaError(
                .foreignState,
                "the loader's state has format \(state.format); this build reads "
                    + "format \(LoaderState.format)",
                advice: "Resume with the build that wrote it.")
        }
        guard state.seed == seed else {
            throw CorporaError(
                .foreignState, "the loader's state has seed \(state.seed), the run \(seed)",
                advice: "Resume with the seed that the run began with.")
        }
        let known = state.sources.map(\.name)
        let wanted = mix.sources.map(\.name)
        guard known == wanted else {
            throw CorporaError(
                .foreignState,
                "the run began with the sources \(known.joined(separator: ", ")), not "
                    + wanted.joined(separator: ", "),
                advice: "Resume with the same sources in the same order.")
        }
        for (position, source) in zip(state.sources, mix.sources) {
            guard position.fingerprint == source.fingerprint else {
                throw CorporaError(
                    .foreignState,
                    "the data of source '\(source.name)' is not what the run began with",
                    advice: "Restore its files and settings, or start a new run.")
            }
            let documents = 0..<source.documentCount
            guard position.epoch >= 0, position.place >= 0,
                position.place <= source.documentCount,
                position.open.allSatisfy({ documents.contains($0.document) && $0.offset >= 0 })
            else {
                throw CorporaError(
                    .foreignState, "the state of source '\(source.name)' lies outside its data",
                    advice: "Resume from another checkpoint.")
            }
        }
    }
}
