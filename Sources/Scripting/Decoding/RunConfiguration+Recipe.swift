import Corpora
import LuaRuntime
import Optimizers
import Training

/// A schedule that Lua gives.
enum ScheduleReference {
    /// The recipe's own.
    case function(LuaFunction)
    /// One of a plugin in use, as the recipe names it.
    case plugin(String)
}

extension RunConfiguration {
    /// A completed recipe as typed data.
    ///
    /// - Parameters:
    ///   - schedule: finds the schedule where Lua gives it.
    ///   - template: finds the chat template where a plugin in use is named.
    ///   - reward: finds a reward where a plugin in use is named.
    ///   - follows: the folder that the phase before writes to, and what that begins with.
    /// - Throws: `ShapeFault` for values that do not fit together.
    init(
        recipe table: CompleteTable, schedule: (ScheduleReference) throws -> ScriptedSchedule,
        template: (String, LuaPath) throws -> ChatTemplateSource?,
        reward: (String, LuaPath) throws -> PluginReference,
        follows: (folder: String, model: ModelSource)?, places: RecipePlaces
    ) throws {
        let root = LuaPath()
        let modelTable = table.inner("model")
        let model = try ModelSource(recipe: table, follows: follows, places: places)
        self.init(
            name: table.text("name"), outputPath: places.output(table.text("out")), model: model,
            data: try WeightedSource.list(
                recipe: table.inner("data"), places: places, at: root.appending("data")),
            budget: Self.budget(table))
        mix = MixSettings(recipe: table.inner("data"))
        try checkNames()
        lora = modelTable.optionalInner("lora").map(LoRASettings.init(recipe:))
        if lora != nil, case .new = model {
            throw ShapeFault(
                path: root.appending("model").appending("lora"),
                sentence: "adapters are trained beside a model that has learned already; give "
                    + "model.from in place of model.init")
        }
        continues = modelTable.boolean("continue")
        if continues, case .new = model {
            throw ShapeFault(
                path: root.appending("model").appending("continue"),
                sentence: "a new model has nothing to go on with; give model.from, or leave it out")
        }
        if continues, lora != nil {
            throw ShapeFault(
                path: root.appending("model").appending("continue"),
                sentence: "the optimizer of a whole model does not go on with adapters; leave "
                    + "continue or lora out")
        }
        seed = UInt64(table.integer("seed"))
        stage = table.word("stage")
        method = table.word("method")
        distillation = try Self.distillation(table, of: method, places)
        preference = try Self.preference(table, of: method, places)
        rollouts = try RolloutSettings(recipe: table, of: method, reward: reward, places: places)
        if continues, preference.map({ $0.reference == nil })
            ?? rollouts.map({ $0.beta > 0 && $0.reference == nil }) ?? false
        {
            throw ShapeFault(
                path: root.appending(rollouts == nil ? "preference" : "rollouts")
                    .appending("reference"),
                sentence: "a run that goes on with another's place would count changes from where "
                    + "that one stands, not from where it began; name the model that it began with")
        }
        if lora != nil, distillation != nil {
            throw ShapeFault(
                path: root.appending("model").appending("lora"),
                sentence:
                    "an adapter does not learn from a teacher in this version; take lora out, "
                    + "or use method = \"sft\" or \"lm\"")
        }
        tokenizer = try Self.tokenizer(table.text("tokenizer"), of: model, places)
        chatTemplate = try Self.chatTemplate(
            table.text("chat_template"), of: method, template, places)
        neftuneAlpha = try Self.neftuneAlpha(table, of: method)
        sequenceLength = table.integer("sequence_length")
        packing = table.word("packing")
        batch = try Self.batch(table.inner("batch"))
        precision = table.word("precision")
        recomputes = table.boolean("recompute")
        optimizer = try OptimizerConfiguration(
            recipe: table.inner("optimizer"), at: root.appending("optimizer"))
        if case .function(let function)? = table["schedule"] {
            self.schedule = .custom(try schedule(.function(function)))
        } else if table.inner("schedule").kind == ScheduleDeclarations.pluginKind {
            let name = table.inner("schedule").text("name")
            self.schedule = .custom(try schedule(.plugin(name)))
        } else {
            self.schedule = try Schedule(
                recipe: table.inner("schedule"), at: root.appending("schedule"))
        }
        gradientClip = table.optionalNumber("gradient_clip")
        let evaluate = table.inner("evaluate")
        evaluation = EvaluationSettings(
            everySteps: evaluate.optionalInteger("every_steps"),
            batches: evaluate.integer("batches"),
            sets: try Self.sets(evaluate, places, at: root.appending("evaluate")))
        probes = try ProbeSettings(
            recipe: table.inner("probes"), places: places, at: root.appending("probes"))
        let checkpoint = table.inner("checkpoint")
        checkpoints = CheckpointSettings(
            everySteps: checkpoint.optionalInteger("every_steps"),
            keepLast: checkpoint.integer("keep_last"), keepBest: checkpoint.integer("keep_best"))
        let on = table.inner("on")
        responses = FailureResponses(
            nonFinite: on.word("nan"), diskFull: on.word("disk_full"), script: on.word("script"))
        recovery = RecoverySettings(maximumRollbacks: on.integer("max_rollbacks"))
        prefetch = table.integer("prefetch")
    }

    /// A category may not have the name of another source.
    private func checkNames() throws {
        var names: Set<String> = []
        for name in data.map(\.source.name) where !names.insert(name).inserted {
            throw ShapeFault(
                path: LuaPath().appending("data"),
                sentence: "\"\(name)\" names a source and a category of the replay; give one of "
                    + "them another name")
        }
    }

    private static func budget(_ table: CompleteTable) -> Training.Budget {
        if let steps = table.optionalInteger("steps") { return .steps(steps) }
        if let tokens = table.optionalInteger("tokens") { return .tokens(tokens) }
        return .epochs(table.number("epochs"))
    }

    private static func tokenizer(
        _ name: String, of model: ModelSource, _ places: RecipePlaces
    ) throws -> TokenizerSource {
        let key = LuaPath(["tokenizer"])
        switch name {
        case "byte": return .byte
        case "model":
            if case .new = model {
                throw ShapeFault(
                    path: key,
                    sentence: "a new model has none of its own; give \"byte\" or the path of a "
                        + "tokenizer")
            }
            return .model
        default: return .path(try places.existing(name, .either, at: key))
        }
    }

    private static func chatTemplate(
        _ text: String, of method: Method,
        _ named: (String, LuaPath) throws -> ChatTemplateSource?, _ places: RecipePlaces
    ) throws -> ChatTemplateSource {
        let key = LuaPath(["chat_template"])
        guard text != "model" else { return .model }
        guard method != .languageModelling else { throw Self.unused(key) }
        if text == "chatml" { return .chatML }
        if text.contains("{{") || text.contains("{%") { return .text(text) }
        if let template = try named(text, key) { return template }
        do {
            return .path(try places.existing(text, .file, at: key))
        } catch var fault as ShapeFault {
            fault.sentence += "; a plugin's template needs its plugin among those of use"
            throw fault
        }
    }

    private static func neftuneAlpha(_ table: CompleteTable, of method: Method) throws -> Double? {
        guard let alpha = table.optionalNumber("neftune_alpha") else { return nil }
        guard method == .supervised || method == .distillation else {
            throw Self.unused(LuaPath(["neftune_alpha"]), but: "sft\" or \"distill")
        }
        return alpha
    }

    private static func distillation(
        _ table: CompleteTable, of method: Method, _ places: RecipePlaces
    ) throws -> Distillation? {
        let key = LuaPath(["teacher"])
        guard let teacher = table.optionalInner("teacher") else {
            guard method != .distillation else {
                throw ShapeFault(
                    path: key,
                    sentence: "method = \"distill\" learns from a teacher; name its folder, as in "
                        + "teacher = \"runs/large\"")
            }
            return nil
        }
        guard method == .distillation else { throw Self.unused(key, but: "distill") }
        return Distillation(
            teacher: try places.model(teacher.text("from"), at: key.appending("from")),
            topK: teacher.integer("top_k"), temperature: teacher.number("temperature"),
            alpha: teacher.number("alpha"), onPolicy: teacher.number("on_policy"))
    }

    private static func preference(
        _ table: CompleteTable, of method: Method, _ places: RecipePlaces
    ) throws -> Preference? {
        let key = LuaPath(["preference"])
        guard let given = table.optionalInner("preference") else {
            return method == .preference ? Preference() : nil
        }
        guard method == .preference else { throw Self.unused(key, but: "dpo") }
        let doubt = given.number("label_smoothing")
        guard doubt < 0.5 else {
            throw ShapeFault(
                path: key.appending("label_smoothing"),
                sentence: "\(doubt) is no less than half: the pairs would be learned the wrong way "
                    + "round; give less than 0.5")
        }
        return Preference(
            beta: given.number("beta"), labelSmoothing: doubt,
            textWeight: given.number("text_weight"),
            reference: try given.optionalText("reference").map {
                try places.model($0, at: key.appending("reference"))
            })
    }

    static func unused(_ key: LuaPath, but method: String = "sft") -> ShapeFault {
        ShapeFault(
            path: key, sentence: "only method = \"\(method)\" uses this; remove it, or set that")
    }

    /// The named validation sets, sorted by name.
    private static func sets(
        _ evaluate: CompleteTable, _ places: RecipePlaces, at path: LuaPath
    ) throws -> [Source] {
        guard let sets = evaluate.optionalInner("sets") else { return [] }
        let names = sets.table.fields.compactMap { field -> String? in
            if case .string(let name) = field.key { name.description } else { nil }
        }
        return try names.sorted().map { name in
            try Source(
                recipe: sets.inner(name), name: name, places,
                at: path.appending("sets").appending(.string(LuaString(name))))
        }
    }

    private static func batch(_ table: CompleteTable) throws -> BatchSizes {
        let sizes = BatchSizes(size: table.integer("size"), micro: table.optionalInteger("micro"))
        if let micro = sizes.micro, sizes.size % micro != 0 {
            throw ShapeFault(
                path: LuaPath(["batch", "micro"]),
                sentence: "\(micro) does not divide batch.size (\(sizes.size)); make size a "
                    + "multiple of it, or leave it \"auto\"")
        }
        return sizes
    }
}
