import Checkpoints
import Corpora
import Layers
import Optimizers
import Tensors
import Transformers

/// The checkpoint that a run goes on from with optimizer, step count and place in the data: what
/// `model = { from = ..., continue = true }` names.
///
/// With the same recipe the run then makes the very steps that the other would have made. The
/// recipe's settings hold: dials that were turned in the other run, and what its scripts remember,
/// are left behind.
struct RunOrigin {
    private let folder: CheckpointFolder
    private let saved: RunState

    /// - Throws: `TrainingError` where the folder holds no run's state.
    init(_ folder: CheckpointFolder) throws {
        for name in [Snapshot.stateName, Snapshot.optimizerName] where !folder.contains(name) {
            throw TrainingError(
                .badConfiguration,
                "\(folder.path) holds no \(name), so that only its weights can be taken over; name "
                    + "a checkpoint of a run, or leave continue out.")
        }
        self.folder = folder
        saved = try RunState(of: folder)
    }

    /// What lies behind the run.
    var made: MadeSteps {
        MadeSteps(
            steps: saved.step, tokens: saved.tokens,
            inputsAStep: saved.course.stride?.inputsAStep, path: folder.path)
    }

    /// Inputs that each source of a mix has given before the run begins.
    static func given(_ origin: RunOrigin?, _ mix: Mix) -> [Int] {
        mix.sources.map { origin?.position(of: $0)?.tokens ?? 0 }
    }

    /// The state that the run begins with.
    ///
    /// - Parameter remark: hears of what is not taken over.
    func state(
        going data: RunData, seed: UInt64, remark: (String) -> Void
    ) throws -> RunState {
        guard saved.seed == seed else {
            throw TrainingError(
                .badState,
                "\(folder.path) was computed with seed \(saved.seed) and the recipe says \(seed): "
                    + "the order of the data follows from it, and would be another. Set "
                    + "seed = \(saved.seed), or leave continue out.")
        }
        var state = saved
        state.loader = try loader(data, remark: remark)
        state.metricsOffset = 0
        state.best = []
        state.lastHeldOut = nil
        state.course = RunCourse()
        state.course.history = saved.course.history
        state.course.stableEnd = saved.course.stableEnd
        // The checkpoint that begins the run is there already.
        state.course.announcedCheckpoint = saved.step
        state.course.branch = BranchPoint(
            step: saved.step, tokens: saved.tokens,
            inputsAStep: saved.course.stride?.inputsAStep, checkpoint: folder.path)
        for (path, setting) in saved.course.dials.sorted(by: { $0.key < $1.key }) {
            remark(
                "\(path) was \(setting.value) in \(folder.path), as \(setting.origin) had set it; "
                    + "here it is what the recipe says.")
        }
        if folder.contains(HookState.fileName) {
            remark("What scripts remember in \(folder.path) is not taken over; they begin anew.")
        }
        return state
    }

    /// Puts the moments of the other run's optimizer into this run's.
    ///
    /// - Throws: `TrainingError` saying in what the two differ.
    func restore(_ optimizer: any Optimizer, of model: Decoder) throws {
        let parameters = model.trained.all.map { OptimizedParameter($0, gradient: $0.value) }
        let file = try folder.tensors(Snapshot.optimizerName)
        let layout = optimizer.stateLayout(for: parameters)
        let isFresh = saved.optimizerSteps == 0 && file.names.isEmpty
        if !isFresh { try check(file, against: layout) }
        try optimizer.restore(for: parameters, stepCount: saved.optimizerSteps) { name, tensor in
            guard !isFresh else { return tensor.backend.fill(tensor, with: 0) }
            try file.withBytes(of: name) { tensor.writeBytes(from: $0) }
        }
    }

    private func check(
        _ file: SafetensorsFile, against layout: [(name: String, shape: Shape)]
    ) throws {
        let (was, now) = (Self.kinds(file.names), Self.kinds(layout.map(\.name)))
        guard was == now else {
            func words(_ kinds: [String]) -> String {
                kinds.isEmpty ? "nothing" : kinds.joined(separator: " and ")
            }
            throw TrainingError(
                .badState,
                "The optimizers differ: that of \(folder.path) keeps \(words(was)), and the "
                    + "recipe's keeps \(words(now)). Give the optimizer it was trained with, or "
                    + "leave continue out.")
        }
        let known = Set(file.names)
        for (name, shape) in layout {
            guard known.contains(name) else {
                throw TrainingError(
                    .badState,
                    "The optimizer of \(folder.path) keeps no \"\(name)\", which the recipe's "
                        + "needs; leave continue out.")
            }
            let entry = try file.entry(name)
            guard entry.shape == shape.dimensions, entry.type == .float32 else {
                throw TrainingError(
                    .badState,
                    "\"\(name)\" of the optimizer of \(folder.path) is \(entry.type.rawValue) of "
                        + "shape \(entry.shape), and the recipe's is F32 of \(shape); leave "
                        + "continue out.")
            }
        }
    }

    /// What an optimizer keeps of each parameter: the last parts of its tensors' names.
    private static func kinds(_ names: [String]) -> [String] {
        Set(names.map { String($0.split(separator: ".").last ?? "") }).sorted()
    }

    /// Where a source stands; nil for one that the other run did not have, or had otherwise.
    private func position(of source: any TokenSource) -> LoaderState.Position? {
        saved.loader.sources.first {
            $0.name == source.name && $0.fingerprint == source.fingerprint
        }
    }

    /// Sources of the same name and content go on; all others begin.
    private func loader(_ data: RunData, remark: (String) -> Void) throws -> LoaderState {
        var state = LoaderState(seed: saved.loader.seed)
        state.batches = saved.loader.batches
        var fresh: [String] = []
        for source in data.mix.sources {
            var position = LoaderState.Position(
                name: source.name, fingerprint: source.fingerprint)
            if let known = self.position(of: source) {
                position = known
                // Another packing may have fewer inputs of a document than were given.
                position.open = try known.open.filter {
                    try $0.offset
                        < data.packing.inputCount(of: source.extent(ofDocument: $0.document))
                }
            } else {
                fresh.append(source.name)
            }
            state.sources.append(position)
        }
        if !isSameMix(data.mix) {
            for index in state.sources.indices { state.sources[index].mixTokens = 0 }
        }
        if !fresh.isEmpty {
            let shown = fresh.prefix(3).map { "\"\($0)\"" }.joined(separator: ", ")
            remark(
                "Of \(data.mix.sources.count) sources \(fresh.count) begin anew, for "
                    + "\(folder.path) had no such source or other data of that name: \(shown)"
                    + (fresh.count > 3 ? " and others." : "."))
        }
        return state
    }

    /// Whether the mix balances the very same: its account goes on then, and begins anew otherwise.
    private func isSameMix(_ mix: Mix) -> Bool {
        guard let stride = saved.course.stride, stride.unit == mix.unit.rawValue,
            saved.loader.sources.map(\.name) == mix.sources.map(\.name),
            saved.loader.sources.map(\.fingerprint) == mix.sources.map(\.fingerprint)
        else { return false }
        return zip(stride.shares, mix.shares).allSatisfy { abs($0 - $1) < 1e-12 }
    }
}

extension ModelStart {
    /// What the recipe goes on from; nil where it takes weights alone, and where the run that it
    /// follows has not been made.
    func origin(_ recipe: RunConfiguration) throws -> RunOrigin? {
        guard recipe.continues, !isAhead, let folder else { return nil }
        return try RunOrigin(folder.folder)
    }
}

extension RunParts {
    /// Takes over what the run goes on from.
    ///
    /// - Parameter fresh: the state of a run that begins here and now.
    func goOn(
        from origin: RunOrigin, as fresh: RunState, remark: (String) -> Void
    ) throws -> RunState {
        var state = try origin.state(going: data, seed: fresh.seed, remark: remark)
        guard state.precision == fresh.precision else {
            throw TrainingError(
                .badState,
                "\(origin.made.path) was computed in \(state.precision.rawValue) and the recipe "
                    + "comes to \(fresh.precision.rawValue); set precision = "
                    + "\"\(state.precision.rawValue)\", or leave continue out.")
        }
        state.differences(from: fresh).forEach(remark)
        state.backend = fresh.backend
        state.build = fresh.build
        try origin.restore(optimizer, of: model)
        return state
    }
}
