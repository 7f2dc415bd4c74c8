import Tensors
public import Tokenizers
public import Transformers
import Autograd
public import Layers

/// Continues many texts at once: requests join and leave between tokens.
///
/// Every step is one pass of the model over whatever there is to do: prompts that wait (in pieces,
/// so that a long one does not hold the others up) and the next token of each running request. A
/// request's text depends on its prompt, sampling settings and random stream alone, never on its
/// company.
///
/// An engine belongs to one thread.
public final class GenerationEngine {
    /// Prompt tokens that one step takes in, over all requests.
    static let promptTokensAStep = 512

    private let model: Decoder
    private let tokenizer: any Tokenizer
    private let cache: Layers.KeyValueCache
    private var waiting: [RunningRequest] = []
    private var running: [RunningRequest] = []
    private var freeSlots: [Int32]
    /// For each slot, the tokens whose keys and values it holds from the request before.
    private var contents: [[Int32]]
    /// Of the step under way, `[rows, V]`.
    private var logits: [Float] = []
    private var nextID = 0
    /// Prompt tokens, over all requests so far, that were found in a slot and not computed again.
    public private(set) var reusedTokenCount = 0

    /// - Parameters:
    ///   - slots: requests that run at the same time; others wait.
    ///   - capacity: tokens a request may hold, prompt included; at most the model's positions.
    ///   - weights: how the weights are held; `int8` reads less memory and rounds.
    public init(
        model: Decoder, tokenizer: any Tokenizer, slots: Int, capacity: Int,
        weights: InferenceWeights = .full
    ) {
        var model = model
        model.prepareForInference(weights)
        self.model = model
        self.tokenizer = tokenizer
        cache = model.makeCache(
            slots: slots, capacity: min(capacity, model.rotary.positionCount))
        freeSlots = (0..<Int32(slots)).reversed()
        contents = Array(repeating: [], count: slots)
    }

    /// Whether nothing is left to do.
    public var isIdle: Bool { waiting.isEmpty && running.isEmpty }

    /// Takes a request; it starts when a slot is free, in the order of arrival.
    ///
    /// - Returns: the number that its events carry.
    /// - Throws: `GenerationError` for a request that can never be served.
    public func add(_ request: GenerationRequest) throws -> Int {
        try request.sampling.validate()
        guard !request.prompt.isEmpty else {
            throw GenerationError(
                .badRequest, "The prompt is empty; give at least one token to continue from.")
        }
        guard request.prompt.count < cache.capacity else {
            throw GenerationError(
                .badRequest,
                "The prompt has \(request.prompt.count) tokens and the model holds "
                    + "\(cache.capacity), the new ones included; shorten it.")
        }
        let vocabulary = model.configuration.vocabularySize
        if let id = request.prompt.first(where: { $0 < 0 || Int($0) >= vocabulary }) {
            throw GenerationError(
                .badRequest,
                "Token \(id) is not in the model's vocabulary of \(vocabulary); the prompt was "
                    + "encoded with another tokenizer.")
        }
        guard request.maximumNewTokens > 0 else {
            throw GenerationError(
                .badRequest,
                "max_new_tokens is \(request.maximumNewTokens); ask for at least 1.")
        }
        defer { nextID += 1 }
        waiting.append(RunningRequest(id: nextID, request: request, tokenizer: tokenizer))
        return nextID
    }

    /// Ends a request early; its `finished` event comes with the next step.
    public func cancel(_ id: Int) {
        for index in running.indices where running[index].id == id {
            running[index].isCancelled = true
        }
        for index in waiting.indices where waiting[index].id == id {
            waiting[index].isCancelled = true
        }
    }

    /// Takes back a running request's last tokens, as if they had not been sampled.
    ///
    /// The text that they released is the caller's to take back.
    public func truncate(_ id: Int, by count: Int) {
        for index in running.indices where running[index].id == id {
            running[index].takeBack(count)
        }
    }

    /// Computes one token for every request that is ready, in the order of arrival.
    ///
    /// - Throws: `GenerationError` where the model's logits are not finite.
    public func step() throws -> [GenerationEvent] {
        var events = sweepCancelled()
        startWaiting()
        let plan = planPass()
        guard !plan.ids.isEmpty else { return events }
        forward(plan)
        guard logits.withUnsafeBufferPointer(SoftmaxWeights.areFinite) else {
            throw GenerationError(
                .notFinite,
                "The model's logits are not finite numbers: its weights are damaged, or its "
                    + "training diverged. Take an earlier checkpoint.")
        }
        events += sample(plan)
        freeFinished()
        return events
    }

    /// Every request's next token from its row of logits. Requests have nothing in common, and a
    /// vocabulary may be large: all threads take part.
    private func sample(_ pass: Pass) -> [GenerationEvent] {
        let vocabulary = model.configuration.vocabularySize
        var found = [[GenerationEvent]](repeating: [], count: pass.sampling.count)
        logits.withUnsafeBufferPointer { logits in
            running.withUnsafeMutableBufferPointer { running in
                found.withUnsafeMutableBufferPointer { found in
                    ComputeThread.shared.forEach(found.count) { row in
                        let slice = logits[row * vocabulary..<(row + 1) * vocabulary]
                        found[row] = running[pass.sampling[row]].advance(
                            UnsafeBufferPointer(rebasing: slice), capacity: cache.capacity)
                    }
                }
            }
        }
        return found.flatMap(\.self)
    }

    // MARK: One pass

    private struct Pass {
        var ids: [Int32] = []
        var slots: [Int32] = []
        var positions: [Int32] = []
        /// Rows whose next token is wanted, and whose request that is.
        var rows: [Int32] = []
        var sampling: [Int] = []
    }

    private func planPass() -> Pass {
        var pass = Pass()
        var promptBudget = GenerationEngine.promptTokensAStep
        for index in running.indices {
            let pending = running[index].pending
            let isDecoding = pending.count == 1
            let count = isDecoding ? 1 : min(pending.count, promptBudget)
            guard count > 0 else { continue }
            if !isDecoding { promptBudget -= count }
            let start = running[index].cached
            pass.ids += pending.prefix(count)
            pass.slots += Array(repeating: running[index].slot, count: count)
            pass.positions += (start..<start + count).map(Int32.init)
            running[index].cached += count
            if count == pending.count {
                pass.rows.append(Int32(pass.ids.count - 1))
                pass.sampling.append(index)
            }
        }
        return pass
    }

    /// Leaves a row of logits for each of the pass's `rows` in `logits`.
    private func forward(_ pass: Pass) {
        let backend = model.backend
        let count = pass.ids.count
        let context = SequenceContext(
            batch: 1, time: count,
            positions: Tensor(pass.positions, shape: [count], on: backend), table: model.rotary,
            memory: .cache(cache, slots: pass.slots, positions: pass.positions))
        let hidden = model.hidden(
            Tensor(pass.ids, shape: [count], on: backend), in: context,
            on: Tape(gradients: nil)
        ).value
        guard !pass.rows.isEmpty else {
            logits = []
            return
        }
        let wanted = backend.gather(
            hidden, rows: Tensor(pass.rows, shape: [pass.rows.count], on: backend))
        model.logits(wanted).read(into: &logits)
    }

    private func startWaiting() {
        while !freeSlots.isEmpty, !waiting.isEmpty {
            var next = waiting.removeFirst()
            let (index, reused) = bestSlot(for: next)
            next.slot = freeSlots.remove(at: index)
            next.cached = reused
            reusedTokenCount += reused
            contents[Int(next.slot)] = []
            running.append(next)
        }
    }

    /// The free slot that holds most of a request's beginning, and how many tokens that is; of equal
    /// ones that with the least to lose.
    private func bestSlot(for request: RunningRequest) -> (index: Int, reused: Int) {
        // The last token goes through the model in any case, for its logits.
        let wanted = request.pending.dropLast()
        var best = (index: freeSlots.count - 1, reused: 0)
        for (index, slot) in freeSlots.enumerated() {
            let shared = zip(contents[Int(slot)], wanted).prefix { $0 == $1 }.count
            let heldNow = contents[Int(freeSlots[best.index])].count
            if shared > best.reused
                || (shared == best.reused && contents[Int(slot)].count < heldNow)
            {
                best = (index, shared)
            }
        }
        return best
    }

    private func freeFinished() {
        for request in running where request.isFinished {
            contents[Int(request.slot)] = request.held
            freeSlots.append(request.slot)
        }
        running.removeAll(where: \.isFinished)
    }

    private func sweepCancelled() -> [GenerationEvent] {
        var events: [GenerationEvent] = []
        for index in running.indices where running[index].isCancelled {
            events.append(running[index].finish(.cancelled))
        }
        for index in waiting.indices where waiting[index].isCancelled {
            events.append(waiting[index].finish(.cancelled))
        }
        freeFinished()
        waiting.removeAll(where: \.isFinished)
        return events
    }
}
