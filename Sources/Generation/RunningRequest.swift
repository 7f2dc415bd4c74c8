import Tensors
import Tokenizers

/// A request under way: what is cached, what is sampled, what is released.
struct RunningRequest {
    let id: Int
    private let request: GenerationRequest
    private let sampler: Sampler
    private let tokenizer: any Tokenizer
    private var random: RandomStream
    private var decoder: StreamingDecoder
    private var stops: StopMatcher
    /// Prompt and sampled tokens.
    private var tokens: [Int32]
    private var seen: Set<Int32>
    /// Where in the tree of choices the text stands.
    private var choiceNode = 0
    var slot: Int32 = -1
    /// How many tokens the cache holds keys and values of.
    var cached = 0
    var isCancelled = false
    private(set) var isFinished = false

    init(id: Int, request: GenerationRequest, tokenizer: any Tokenizer) {
        self.id = id
        self.request = request
        self.tokenizer = tokenizer
        sampler = Sampler(parameters: request.sampling)
        random = request.random
        decoder = StreamingDecoder(tokenizer, after: request.prompt)
        stops = StopMatcher(request.stopStrings)
        tokens = request.prompt
        seen = Set(request.prompt)
    }

    /// Tokens the model has not seen yet: the rest of the prompt, or the last sampled one.
    var pending: ArraySlice<Int32> { tokens[cached...] }

    /// Tokens whose keys and values the cache holds.
    var held: [Int32] { Array(tokens[..<cached]) }

    private var newCount: Int { tokens.count - request.prompt.count }

    /// Samples the next token from its logits.
    mutating func advance(_ logits: UnsafeBufferPointer<Float>, capacity: Int)
        -> [GenerationEvent]
    {
        if let choices = request.choices {
            return choose(among: choices.nodes[choiceNode].children, of: choices, logits)
        }
        let token = sample(logits)
        guard !request.stopTokens.contains(token.id) else {
            return [.token(request: id, token: token, text: ""), finish(.stop)]
        }
        tokens.append(token.id)
        seen.insert(token.id)
        let (text, isStopped) = stops.push(decoder.push(token.id))
        let event = GenerationEvent.token(request: id, token: token, text: text)
        if isStopped {
            isFinished = true
            return [event, .finished(request: id, reason: .stop, text: "")]
        }
        let isFull = newCount >= request.maximumNewTokens || tokens.count >= capacity
        return isFull ? [event, finish(.length)] : [event]
    }

    private mutating func sample(_ logits: UnsafeBufferPointer<Float>) -> SampledToken {
        sampler.sample(
            logits, seen: seen, random: &random,
            wantsLogProbabilities: request.wantsLogProbabilities)
    }

    /// Samples among the tokens that lead on in a tree, and ends where a text is complete.
    private mutating func choose(
        among children: [(token: Int32, node: Int)], of choices: ChoiceTree,
        _ logits: UnsafeBufferPointer<Float>
    ) -> [GenerationEvent] {
        var allowed = [Float](repeating: -.infinity, count: logits.count)
        for child in children where logits.indices.contains(Int(child.token)) {
            allowed[Int(child.token)] = logits[Int(child.token)]
        }
        let token = allowed.withUnsafeBufferPointer { sample($0) }
        guard let child = children.first(where: { $0.token == token.id }) else {
            return [finish(.stop)]
        }
        choiceNode = child.node
        tokens.append(token.id)
        seen.insert(token.id)
        let text = decoder.push(token.id)
        let event = GenerationEvent.token(request: id, token: token, text: text)
        return choices.nodes[choiceNode].choice == nil ? [event] : [event, finish(.stop)]
    }

    /// Ends the request and releases what was held back.
    mutating func finish(_ reason: FinishReason) -> GenerationEvent {
        isFinished = true
        let (text, isStopped) = stops.push(decoder.flush())
        return .finished(request: id, reason: reason, text: isStopped ? text : text + stops.flush())
    }

    mutating func takeBack(_ count: Int) {
        let count = min(count, newCount)
        guard count > 0 else { return }
        tokens.removeLast(count)
        // The last token left goes through the model again, so that there are logits to go on from.
        cached = min(cached, tokens.count - 1)
        seen = Set(tokens)
        decoder = StreamingDecoder(tokenizer, after: tokens)
        stops = StopMatcher(request.stopStrings)
        if let choices = request.choices {
            choiceNode = choices.node(after: tokens[request.prompt.count...])
        }
    }
}
