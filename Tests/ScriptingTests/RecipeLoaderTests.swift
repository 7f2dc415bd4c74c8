import Corpora
import Foundation
import Optimizers
import Testing
import Training
import Transformers

@testable import Scripting

@Suite struct RecipeLoaderTests {
    let folder: RecipeFolder

    init() throws { folder = try RecipeFolder() }

    @Test func decodesEveryKey() throws {
        let loaded = try folder.load(
            """
            local nj = require "nightjar"
            return nj.recipe {
              name = "full", seed = 9, out = "elsewhere/full", stage = "mid", method = "lm",
              model = nj.model.init {
                model_type = "llama", vocab_size = 300, hidden_size = 64, intermediate_size = 128,
                num_hidden_layers = 2, num_attention_heads = 4, num_key_value_heads = 2,
                head_dim = 32, max_position_embeddings = 512, rms_norm_eps = 1e-5,
                rope_theta = 5e5, tie_word_embeddings = true, initializer_range = 0.01,
                bos_token_id = 1, eos_token_id = { 2, 3 }, pad_token_id = 0,
              },
              tokenizer = "byte",
              data = nj.data.mix {
                unit = "tokens",
                book = { weight = 2, nj.data.text {
                  path = "texts/book.txt", split = "blank_line", invalid_utf8 = "drop",
                  validation = 0.1, max_document_bytes = 4096 } },
                rows = { weight = 3, nj.data.jsonl {
                  path = { "texts/rows.jsonl" }, field = "body", bad_row = "skip" } },
                verse = nj.data.folder {
                  path = "texts/poems", pattern = "*.txt", separator = "\\n%\\n" },
              },
              sequence_length = 128, packing = "pad", batch = { size = 12, micro = 4 },
              tokens = 5e6, precision = "f32", recompute = true,
              optimizer = nj.optim.adamw {
                lr = 1e-3, beta1 = 0.8, beta2 = 0.99, epsilon = 1e-9, weight_decay = 0.2 },
              schedule = nj.schedule.wsd {
                warmup_tokens = 1000, decay_steps = 7, final = 0.1, shape = "sqrt" },
              gradient_clip = 0.5,
              evaluate = { every_steps = 20, batches = 3 },
              checkpoint = { every_steps = 30, keep_last = 4, keep_best = 0 },
              on = { nan = "skip", disk_full = "continue", bad_row = "stop", invalid_utf8 = "stop" },
              prefetch = 5, limits = { time_s = 2, memory_mb = 64 },
            }
            """)
        let run = loaded.configuration
        #expect(run.name == "full")
        #expect(run.seed == 9)
        #expect(run.outputPath == folder.path + "/elsewhere/full")
        #expect(run.stage == .mid)
        #expect(run.method == .languageModelling)
        #expect(
            run.model
                == .new(
                    ModelConfiguration(
                        vocabularySize: 300, hiddenSize: 64, intermediateSize: 128, layerCount: 2,
                        headCount: 4, keyValueHeadCount: 2, headSize: 32, maximumPositions: 512,
                        normEpsilon: 1e-5, ropeTheta: 5e5, tiesEmbeddings: true,
                        initializerRange: 0.01, beginningToken: 1, endTokens: [2, 3],
                        paddingToken: 0)))
        #expect(run.tokenizer == .byte)
        #expect(
            run.data == [
                WeightedSource(
                    source: Source(
                        name: "book", place: .files([folder.path + "/texts/book.txt"]),
                        format: .text(.blankLines), invalidUTF8: .drop, badRow: .skip,
                        maximumDocumentBytes: 4096, split: ValidationSplit(share: 0.1)),
                    weight: 2),
                WeightedSource(
                    source: Source(
                        name: "rows", place: .files([folder.path + "/texts/rows.jsonl"]),
                        format: .jsonLines(field: "body"), invalidUTF8: .stop, badRow: .skip),
                    weight: 3),
                WeightedSource(
                    source: Source(
                        name: "verse",
                        place: .folder(folder.path + "/texts/poems", patterns: ["*.txt"]),
                        format: .text(.separator("\n%\n")), invalidUTF8: .stop, badRow: .stop),
                    weight: 1),
            ])
        #expect(run.sequenceLength == 128)
        #expect(run.packing == .pad)
        #expect(run.batch == BatchSizes(size: 12, micro: 4))
        #expect(run.budget == .tokens(5_000_000))
        #expect(run.precision == .f32)
        #expect(run.recomputes)
        #expect(
            run.optimizer
                == .adamW(
                    AdamWConfiguration(
                        learningRate: 1e-3, beta1: 0.8, beta2: 0.99, epsilon: 1e-9,
                        weightDecay: 0.2)))
        guard case .warmupStableDecay(let schedule) = run.schedule else {
            Issue.record("the schedule is \(run.schedule)")
            return
        }
        #expect(
            schedule
                == WarmupStableDecay(
                    warmup: .tokens(1000), decay: .steps(7), final: 0.1, shape: .sqrt))
        #expect(run.gradientClip == 0.5)
        #expect(run.evaluation == EvaluationSettings(everySteps: 20, batches: 3))
        #expect(
            run.checkpoints == CheckpointSettings(everySteps: 30, keepLast: 4, keepBest: 0))
        #expect(run.responses == FailureResponses(nonFinite: .skip, diskFull: .continue_))
        #expect(run.prefetch == 5)
        #expect(loaded.warnings.isEmpty)
    }

    @Test func leftOutKeysAreTheConfigurationsOwnDefaults() throws {
        let run = try folder.load(
            """
            return { model = "texts", data = { kind = "text", path = "texts/book.txt" }, steps = 1 }
            """
        ).configuration
        let source = Source(name: "data", place: .files([folder.path + "/texts/book.txt"]))
        let plain = RunConfiguration(
            name: "recipe", outputPath: folder.path + "/runs/recipe",
            model: .folder(folder.path + "/texts"), data: [WeightedSource(source: source)],
            budget: .steps(1))
        #expect(run.name == plain.name)
        #expect(run.outputPath == plain.outputPath)
        #expect(run.seed == plain.seed)
        #expect(run.stage == plain.stage)
        #expect(run.method == plain.method)
        #expect(run.model == plain.model)
        #expect(run.tokenizer == plain.tokenizer)
        #expect(run.data[0].share == plain.data[0].share)
        #expect(run.data[0].source.place == source.place)
        #expect(run.data[0].source.format == .text(.whole))
        #expect(run.data[0].source.split == source.split)
        #expect(run.data[0].source.badRow == source.badRow)
        #expect(run.data[0].source.invalidUTF8 == source.invalidUTF8)
        #expect(run.data[0].source.maximumDocumentBytes == source.maximumDocumentBytes)
        #expect(run.sequenceLength == plain.sequenceLength)
        #expect(run.packing == plain.packing)
        #expect(run.batch == plain.batch)
        #expect(run.precision == plain.precision)
        #expect(run.recomputes == plain.recomputes)
        #expect(run.optimizer == plain.optimizer)
        #expect(run.gradientClip == plain.gradientClip)
        #expect(run.evaluation == plain.evaluation)
        #expect(run.checkpoints == plain.checkpoints)
        #expect(run.responses == plain.responses)
        #expect(run.prefetch == plain.prefetch)
        guard case .constant(let schedule) = run.schedule else {
            Issue.record("the schedule is \(run.schedule)")
            return
        }
        #expect(schedule == Constant())
    }

    @Test func schedulesAndOptimizersHaveTheirOwnDefaults() throws {
        func schedule(_ text: String) throws -> Schedule {
            try folder.load(keys: "schedule = \(text),").configuration.schedule
        }
        guard case .linear(let linear) = try schedule("nj.schedule.linear {}"),
            case .cosine(let cosine) = try schedule("{ kind = 'cosine', warmup_share = 0.5 }"),
            case .warmupStableDecay(let wsd) = try schedule("'wsd'"),
            case .piecewise(let piecewise) = try schedule(
                "nj.schedule.piecewise { points = { { at = 0, factor = 1 }, { at = 0.5, factor = 1 }, "
                    + "{ at = 0.5, factor = 0.1 } } }"),
            case .constant(let constant) = try schedule("nj.schedule.constant { warmup_steps = 3 }")
        else {
            Issue.record("a schedule is another one")
            return
        }
        #expect(linear == Linear())
        #expect(cosine == Cosine(warmup: .share(0.5)))
        #expect(wsd == WarmupStableDecay())
        #expect(
            piecewise
                == Piecewise(points: [
                    .init(at: 0, factor: 1), .init(at: 0.5, factor: 1), .init(at: 0.5, factor: 0.1),
                ]))
        #expect(constant == Constant(warmup: .steps(3)))
        #expect(
            try folder.load(keys: "optimizer = nj.optim.sgd {},").configuration.optimizer
                == .sgd(SGDConfiguration()))
        #expect(
            try folder.load(keys: "optimizer = { lr = 1 },").configuration.optimizer
                == .adamW(AdamWConfiguration(learningRate: 1)))
        #expect(
            try folder.load(keys: "optimizer = nj.optim.sgd { momentum = 0.9, nesterov = true },")
                .configuration.optimizer == .sgd(SGDConfiguration(momentum: 0.9, nesterov: true)))
        #expect(
            try folder.load(keys: "optimizer = \"muon\",").configuration.optimizer
                == .muon(MuonConfiguration()))
        let muon = """
            optimizer = nj.optim.muon { lr = 0.02, adjust_lr = "match_rms_adamw", ns_steps = 6,
              adamw = nj.optim.adamw { lr = 1e-3 } },
            """
        #expect(
            try folder.load(keys: muon).configuration.optimizer
                == .muon(
                    MuonConfiguration(
                        learningRate: 0.02, iterations: 6, rateAdjustment: .matchRMSAdamW,
                        adamW: AdamWConfiguration(learningRate: 1e-3))))
    }

    @Test func theOtherBudgetsAndFalseAreTaken() throws {
        #expect(try folder.load(keys: "epochs = 1.5,").configuration.budget == .epochs(1.5))
        #expect(try folder.load(keys: "steps = 3.0,").configuration.budget == .steps(3))
        #expect(
            try folder.load(keys: "gradient_clip = false,").configuration.gradientClip == nil)
        #expect(
            try folder.load(keys: "batch = { micro = 'auto' },").configuration.batch.micro == nil)
    }

    @Test func aNewModelTakesItsVocabularyFromTheTokenizer() throws {
        let run = try folder.load(
            keys: """
                tokenizer = "byte",
                model = { init = { hidden_size = 8, intermediate_size = 16, num_hidden_layers = 1,
                  num_attention_heads = 2 } },
                """
        ).configuration
        guard case .new(let model) = run.model else {
            Issue.record("the model is \(run.model)")
            return
        }
        #expect(model.vocabularySize == 0)
        #expect(
            model
                == ModelConfiguration(
                    vocabularySize: 0, hiddenSize: 8, intermediateSize: 16, layerCount: 1,
                    headCount: 2))
    }

    @Test func pathsBeginAtTheRecipeAndTheRunFolderAtTheWorkingFolder() throws {
        try folder.write(
            "a/b/recipe.lua",
            """
            return { name = "far", model = "../../texts", tokenizer = "../../texts/rows.jsonl",
              data = { kind = "folder", path = "../../texts/poems" }, steps = 1 }
            """)
        try folder.write("work/readme", "")
        let loaded = try RecipeLoader.load(
            path: "../a/b/recipe.lua", workingFolder: folder.path + "/work")
        let run = loaded.configuration
        #expect(run.outputPath == folder.path + "/work/runs/far")
        #expect(run.model == .folder(folder.path + "/texts"))
        #expect(run.tokenizer == .path(folder.path + "/texts/rows.jsonl"))
        #expect(
            run.data[0].source.place
                == .folder(folder.path + "/texts/poems", patterns: Source.defaultPatterns))
        #expect(loaded.path == "../a/b/recipe.lua")
        #expect(loaded.scripts.map(\.path) == ["recipe.lua"])
    }

    @Test func aRunIsFoundInTheWorkingFolder() throws {
        try folder.write("runs/base/readme", "")
        try folder.write(
            "recipes/next.lua",
            """
            return { model = { from = "runs/base@pre" }, steps = 1,
              data = { kind = "text", path = "../texts/book.txt" } }
            """)
        let loaded = try RecipeLoader.load(path: "recipes/next.lua", workingFolder: folder.path)
        #expect(loaded.configuration.model == .folder(folder.path + "/runs/base@pre"))
    }

    @Test func requiredFilesAreListedWithTheirHashes() throws {
        try folder.write("parts/model.lua", "return { from = 'texts' }")
        let loaded = try folder.load(
            """
            local model = require "parts.model"
            require "parts.model"
            return { model = model, data = { kind = "text", path = "texts/book.txt" }, steps = 2 }
            """)
        #expect(loaded.scripts.map(\.path) == ["recipe.lua", "parts/model.lua"])
        #expect(
            String(decoding: loaded.scripts[1].bytes, as: UTF8.self) == "return { from = 'texts' }")
        #expect(loaded.scripts.allSatisfy { $0.hash.count == 32 })
        // XXH3-128 of no bytes, as its authors publish it.
        #expect(
            LoadedScript(path: "", bytes: []).hash == "99aa06d3014798d86001c324468d497f")
    }

    @Test func aRecipeMayBeginFromAnother() throws {
        try folder.write(
            "base.lua",
            """
            local nj = require "nightjar"
            return nj.recipe {
              model = "texts", data = nj.data.text { path = "texts/book.txt" }, steps = 2,
              schedule = function(progress) return 1 - progress end,
            }
            """)
        let loaded = try folder.load(
            """
            local recipe = require "base"
            recipe.steps, recipe.seed = 4, 5
            return recipe
            """)
        #expect(loaded.configuration.budget == .steps(4))
        #expect(loaded.configuration.seed == 5)
        let position = SchedulePosition(step: 1, totalSteps: 4, tokens: 0, totalTokens: 0)
        #expect(try loaded.configuration.schedule.factor(at: position) == 0.75)
        #expect(loaded.runRecipe.scripts.map(\.path) == ["recipe.lua", "base.lua"])
    }

    @Test func theVersionIsThere() throws {
        var lines: [String] = []
        _ = try folder.load(
            RecipeFolder.recipe(keys: "").replacingOccurrences(
                of: "local given", with: "print(nj.version)\nlocal given"),
            print: { lines.append($0) })
        #expect(lines == [Catalogue.version])
    }

    @Test func probableMistakesAreWarnedOf() throws {
        let loaded = try folder.load(
            keys: """
                steps = 10, schedule = nj.schedule.linear { warmup_steps = 11 },
                checkpoint = { every_steps = 20 }, evaluate = { every_steps = 30 },
                """)
        #expect(loaded.warnings.count == 3)
        #expect(
            loaded.warnings[0] == "schedule.warmup_steps (11) is more than the run's steps (10)")
    }
}
