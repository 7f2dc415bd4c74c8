import Foundation
import Testing

@testable import Scripting

/// What a recipe says wrong is told with its file, its key path and what to do.
@Suite struct RecipeFaultTests {
    let folder: RecipeFolder

    init() throws { folder = try RecipeFolder() }

    @Test(arguments: [
        ("optimiser = 1", "unknown key \"optimiser\"; did you mean \"optimizer\"?"),
        ("batch = { sise = 4 }", "batch: unknown key \"sise\"; did you mean \"size\"?"),
        ("zzzzzz = 1", "unknown key \"zzzzzz\"; the keys of recipe are name, seed, out"),
        ("curiculum = 1", "unknown key \"curiculum\"; did you mean \"curriculum\"?"),
        (
            "batch = { size = 'ten' }",
            "batch.size: expected an integer from 1 to 1048576, got string \"ten\""
        ),
        (
            "batch = { size = 0 }",
            "batch.size: expected an integer from 1 to 1048576, got integer 0"
        ),
        (
            "batch = { size = 2.5 }",
            "batch.size: expected an integer from 1 to 1048576, got number 2.5"
        ),
        ("batch = 4", "batch: expected a table (batch), got integer 4"),
        (
            "batch = { 4 }",
            "batch[1]: every value here has a name, as in key = value; got integer 4"
        ),
        ("batch = { size = 10, micro = 4 }", "batch.micro: 4 does not divide batch.size (10)"),
        (
            "batch = { micro = 'some' }",
            "batch.micro: expected an integer from 1 to 1048576 or \"auto\", got string \"some\""
        ),
        ("batch = { micro = 'atuo' }", "batch.micro: expected \"auto\", got \"atuo\"; did you"),
        ("name = ''", "name: expected a string that is not empty, got string \"\""),
        ("name = 'a/b'", "name: \"a/b\" cannot name a folder"),
        ("name = '\\xff'", "name: this string is not valid UTF-8"),
        ("seed = -1", "seed: expected an integer from 0, got integer -1"),
        (
            "stage = 'pro'",
            "stage: expected \"pre\", \"mid\" or \"post\", got \"pro\"; did you mean \"pre\"?"
        ),
        (
            "precision = 'bf61'",
            "precision: expected \"auto\", \"f32\" or \"bf16\", got \"bf61\"; did you mean \"bf16\"?"
        ),
        (
            "method = 'reward'",
            "method: \"reward\" is not supported in this version; use \"lm\", \"sft\", \"distill\", \"dpo\" or \"grpo\""
        ),
        (
            "steps = 1, tokens = 2",
            "steps and tokens are both given; give one of steps, tokens or epochs"
        ),
        ("steps = 0", "steps: expected an integer from 1 to 1000000000, got integer 0"),
        ("epochs = 0/0", "epochs: expected a number above 0, got number"),
        ("sequence_length = 0", "sequence_length: expected an integer from 1"),
        (
            "packing = 'chunks'",
            "packing: expected \"chunk\", \"pad\" or \"whole\", got \"chunks\"; did you mean \"chunk\"?"
        ),
        ("gradient_clip = true", "gradient_clip: expected false, got boolean true"),
        ("gradient_clip = 0", "gradient_clip: expected a number above 0, got integer 0"),
        (
            "gradient_clip = 'no'",
            "gradient_clip: expected a number above 0 or false, got string \"no\""
        ),
        ("evaluate = { every_steps = 0 }", "evaluate.every_steps: expected an integer from 1"),
        ("checkpoint = { keep_last = 0 }", "checkpoint.keep_last: expected an integer from 1"),
        (
            "on = { nan = 'stopp' }",
            "on.nan: expected \"stop\" or \"skip\", got \"stopp\"; did you mean \"stop\"?"
        ),
        ("on = { bad_rows = 'skip' }", "on: unknown key \"bad_rows\"; did you mean \"bad_row\"?"),
        (
            "limits = { instructions = 5 }",
            "limits.instructions: instructions are counted only with budget = \"exact\""
        ),
        ("limits = { budget = 'exat' }", "limits.budget: expected \"time\" or \"exact\""),
        ("limits = { time_s = 0 }", "limits.time_s: expected a number above 0"),
        ("recompute = 'yes'", "recompute: expected true or false, got string \"yes\""),
        ("model = {}", "model: none of from or init is given; give one"),
        ("model = { from = 'a', init = {} }", "model: from and init are both given"),
        ("model = { from = 'nowhere' }", "model.from: there is no folder \"nowhere\""),
        ("tokenizer = 'nowhere.json'", "tokenizer: there is no file \"nowhere.json\""),
        (
            "optimizer = 'adam'",
            "optimizer: \"adam\" is no kind of optimizer; there are adamw, sgd or muon"
        ),
        ("optimizer = nj.schedule.linear {}", "optimizer: \"linear\" is no kind of optimizer"),
        (
            "schedule = 3",
            "schedule: expected a kind of schedule (constant, linear, cosine, wsd or piecewise) or a function, got integer 3"
        ),
        ("schedule = { kind = 'linera' }", "schedule: \"linera\" is no kind of schedule"),
        (
            "schedule = { kind = 'linear', shape = 'sqrt' }",
            "schedule: unknown key \"shape\"; the keys of linear are"
        ),
        (
            "data = 'book.txt'",
            "data: expected a source such as nj.data.text { ... }, or nj.data.mix { ... }, got string"
        ),
        (
            "data = { path = 'book.txt' }",
            "data: expected a source such as nj.data.text { ... }, or nj.data.mix { ... }, got a table"
        ),
        (
            "data = { kind = 'text', path = 'texts/none.txt' }",
            "data.path: there is no file \"texts/none.txt\""
        ),
        (
            "data = { kind = 'text', path = 'texts' }",
            "data.path: \"texts\" is a folder; nj.data.folder { ... } reads one"
        ),
        (
            "data = { kind = 'folder', path = 'texts/book.txt' }",
            "data.path: \"texts/book.txt\" is a file; nj.data.text { ... } reads one"
        ),
        ("data = { kind = 'text' }", "data.path: this key is missing; give a file"),
        ("data = { kind = 'mix' }", "data: the mix has no source; give one"),
        (
            "data = { kind = 'mix', a = { weight = 0, kind = 'text', path = 'texts/book.txt' } }",
            "data: the weights sum to 0.0"
        ),
        (
            "data = { kind = 'mix', ['a.b'] = { kind = 'text', path = 'x' } }",
            "data[\"a.b\"]: a source's name has letters"
        ),
        (
            "data = { kind = 'mix', a = 3 }",
            "data.a: expected { weight = 1, nj.data.text { ... } }, got integer 3"
        ),
        ("data = { kind = 'mix', a = { weight = 3 } }", "data.a: this entry has no source"),
        (
            "data = { kind = 'mix', replay = { fiction = 50 } }",
            "data.replay.fiction: nothing says where the text of this category is"
        ),
        ("[1.5] = 3", "[1.5]: keys here are names"),
        ("[{}] = 3", "a table is a key here"),
        ("steps = coroutine.create(print)", "a coroutine cannot leave Lua"),
        ("on = function() end", "on: expected a table (on), got a function"),
    ])
    func wrongValuesAreNamed(keys: String, sentence: String) throws {
        let error = try folder.error(keys: keys + ",")
        #expect(error.isUserMistake)
        #expect(error.path == "recipe.lua")
        #expect(error.description.contains(": " + sentence), "\(error)")
    }

    @Test(arguments: [
        "losses", "environment", "policies",
    ])
    func keysOfOtherVersionsAreNotCalledUnknown(key: String) throws {
        let error = try folder.error(keys: "\(key) = {},")
        #expect(error.keyPath == key)
        #expect(error.message == "this key is not supported in this version; remove it")
    }

    @Test func aMissingKeySaysWhatToGive() throws {
        let noData = try folder.error("return { model = 'texts', steps = 1 }")
        #expect(noData.keyPath == "data")
        #expect(noData.message.hasPrefix("this key is missing; give a source such as nj.data.text"))
        let noBudget = try folder.error(
            "return { model = 'texts', data = { kind = 'text', path = 'texts/book.txt' } }")
        #expect(noBudget.message == "none of steps, tokens or epochs is given; give one")
        let noTokenizer = try folder.error(
            keys: """
                model = { init = { hidden_size = 8, intermediate_size = 16, num_hidden_layers = 1,
                  num_attention_heads = 2 } },
                """)
        #expect(noTokenizer.keyPath == "tokenizer")
        #expect(noTokenizer.message.hasPrefix("a new model has none of its own"))
    }

    @Test(arguments: [
        ("hiden_size = 8", "unknown key \"hiden_size\"; did you mean \"hidden_size\"?"),
        ("num_key_value_heads = 3", "num_attention_heads (2) is not a multiple of"),
        ("hidden_act = 'gelu'", "hidden_act \"gelu\" is not supported"),
        (
            "model_type = 'lama'",
            "\"gemma3_text\" or \"phi3\", got \"lama\"; did you mean \"llama\"?"
        ),
        ("sliding_window = 4", "\"sliding_window\": not supported here"),
        ("head_dim = 7", "head_dim is 7"),
    ])
    func modelKeysAreChecked(key: String, sentence: String) throws {
        let error = try folder.error(
            keys: """
                tokenizer = "byte", model = { init = { hidden_size = 8, intermediate_size = 16,
                  num_hidden_layers = 1, num_attention_heads = 2, \(key) } },
                """)
        #expect(error.description.contains("model.init"), "\(error)")
        #expect(error.description.contains(sentence), "\(error)")
    }

    @Test(arguments: [
        (
            "nj.optim.adamw { learning_rate = 1 }",
            "nj.optim.adamw: unknown key \"learning_rate\"; the keys of adamw are lr, beta1"
        ),
        (
            "nj.optim.adamw { betas = 1 }",
            "nj.optim.adamw: unknown key \"betas\"; did you mean \"beta1\"?"
        ),
        (
            "nj.optim.sgd { momentum = 1 }",
            "nj.optim.sgd: momentum: expected a number from 0 to below 1"
        ),
        (
            "nj.optim.adamw()",
            "nj.optim.adamw: takes one table, as in nj.optim.adamw { key = value }; got nothing"
        ),
        (
            "nj.data.text 'book.txt'",
            "nj.data.text: takes one table, as in nj.data.text { key = value }; got string \"book.txt\""
        ),
        ("nj.optim.sgd({}, {})", "nj.optim.sgd: takes one table, got 2 values"),
        ("nj.data.text {}", "nj.data.text: path: this key is missing"),
        ("nj.data.text { path = {} }", "nj.data.text: path: expected a list, each a string"),
        (
            "nj.data.text { path = 'a', split = 'line', separator = 'b' }",
            "nj.data.text: split and separator are both given"
        ),
        (
            "nj.data.jsonl { path = 'a', fields = 'b' }",
            "nj.data.jsonl: unknown key \"fields\"; did you mean \"field\"?"
        ),
        (
            "nj.data.folder { path = 'a', validation = 1 }",
            "nj.data.folder: validation: expected a number from 0 to below 1"
        ),
        (
            "nj.data.mix { nj.data.text { path = 'a' } }",
            "nj.data.mix: every source of a mix has a name"
        ),
        (
            "nj.data.mix { a = { percent = 3, weight = 1, nj.data.text { path = 'a' } } }",
            "nj.data.mix: a: this source has weight and percent; give one of them"
        ),
        (
            "nj.data.mix { a = nj.data.mix { b = nj.data.text { path = 'a' } } }",
            "nj.data.mix: a: a mix inside a mix"
        ),
        (
            "nj.data.mix { unit = 'rows' }",
            "nj.data.mix: unit: expected \"tokens\", \"loss_tokens\" or \"samples\", got \"rows\""
        ),
        (
            "nj.schedule.wsd { warmup_steps = 'ten' }",
            "nj.schedule.wsd: warmup_steps: expected an integer from 0, got string \"ten\""
        ),
        (
            "nj.schedule.wsd { decay_share = 2 }",
            "nj.schedule.wsd: decay_share: expected a number from 0 to 1"
        ),
        (
            "nj.schedule.linear { warmup_steps = 1, warmup_share = 0.1 }",
            "nj.schedule.linear: warmup_steps and warmup_share are both given"
        ),
        (
            "nj.schedule.piecewise { points = { { at = 0 } } }",
            "nj.schedule.piecewise: points[1].factor: this key is missing"
        ),
        ("nj.schedule.constant { final = 1 }", "nj.schedule.constant: unknown key \"final\""),
    ])
    func constructorsFailAtTheCallersLine(call: String, sentence: String) throws {
        let error = try folder.error("local nj = require 'nightjar'\n\nlocal x = \(call)\nreturn x")
        #expect(error.description.hasPrefix("recipe.lua:3: " + sentence), "\(error)")
    }

    @Test func valuesThatContradictEachOtherAreNamed() throws {
        let shares = try folder.error(
            keys: "schedule = nj.schedule.wsd { warmup_share = 0.9, decay_share = 0.2 },")
        #expect(shares.keyPath == "schedule")
        #expect(shares.message.contains("come to more than the whole run"))
        let order = try folder.error(
            keys: "schedule = nj.schedule.piecewise { points = { { at = 1, factor = 1 }, "
                + "{ at = 0, factor = 1 } } },")
        #expect(order.keyPath == "schedule.points[2].at")
        let nesterov = try folder.error(keys: "optimizer = nj.optim.sgd { nesterov = true },")
        #expect(nesterov.description.contains("optimizer.nesterov: needs a momentum above 0"))
    }

    @Test func aPathThatIsRightInTheWorkingFolderGetsAHint() throws {
        try folder.write(
            "a/recipe.lua",
            """
            return { model = "../texts", steps = 1, data = { kind = "text", path = "texts/book.txt" } }
            """)
        let error = #expect(throws: ScriptingError.self) {
            try RecipeLoader.load(path: "a/recipe.lua", workingFolder: folder.path)
        }
        #expect(error?.message.hasSuffix("paths are relative to the recipe") == true, "\(error!)")
    }

    @Test func keysAreFoundInTheSource() throws {
        let error = try folder.error(
            """
            local nj = require "nightjar"
            return {
              model = "texts", -- steps = 3
              data = nj.data.text {
                path = "texts/book.txt",
              },
              batch = {
                size = 10,
                micro = 3,
              },
              steps = 1,
            }
            """)
        #expect(error.line == 9)
        #expect(error.description.hasPrefix("recipe.lua:9: batch.micro: 3 does not divide"))
    }

    @Test func aKeyThatStandsTwiceIsRefused() throws {
        let error = try folder.error(
            """
            local nj = require "nightjar"
            return nj.recipe {
              model = "texts", data = nj.data.text { path = "texts/book.txt" },
              steps = 1,
              seed = 3,
              steps = 2,
            }
            """)
        #expect(error.line == 6)
        #expect(error.keyPath == "steps")
        #expect(error.message.contains("first in line 4"))
    }

    @Test(arguments: [
        ("", "the recipe returns nothing; end the file with return nj.recipe { ... }"),
        ("return nil", "the recipe returns nothing"),
        ("return 3", "the recipe returns integer 3"),
        ("return {}, {}", "the recipe returns 2 values"),
        ("return function() end", "the recipe returns a function"),
    ])
    func aRecipeReturnsOneTable(source: String, sentence: String) throws {
        let error = try folder.error(source)
        #expect(error.description.hasPrefix("recipe.lua: " + sentence), "\(error)")
    }

    @Test func aMissingFileIsNamed() throws {
        let error = #expect(throws: ScriptingError.self) {
            try RecipeLoader.load(path: "none.lua", workingFolder: folder.path)
        }
        #expect(error?.code == .badFile)
        #expect(error?.description.contains("none.lua") == true)
    }

    @Test func syntaxErrorsHaveALine() throws {
        let error = try folder.error("local x = 1\nlocal = 3\n")
        #expect(error.code == .syntax)
        #expect(error.path == "recipe.lua")
        #expect(error.line == 2)
    }

    @Test func runtimeErrorsHaveALineAndATraceback() throws {
        let error = try folder.error(
            "local function f(x)\n  return x.y.z\nend\nlocal v = f({})\nreturn v")
        #expect(error.code == .runtime)
        #expect(error.path == "recipe.lua")
        #expect(error.line == 2)
        #expect(error.description.contains("attempt to index a nil value (field 'y')"))
        #expect(error.traceback.count >= 2)
        #expect(error.traceback.contains { $0.contains("recipe.lua:4") })
    }
}
