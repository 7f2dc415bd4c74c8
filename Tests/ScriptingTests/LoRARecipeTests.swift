import Layers
import Testing
import Training
import Transformers

@testable import Scripting

/// `model.lora` in recipes.
@Suite struct LoRARecipeTests {
    let folder: RecipeFolder

    init() throws {
        folder = try RecipeFolder()
        try folder.write("base/config.json", "{}")
    }

    private func model(_ lora: String) throws -> LoRASettings? {
        try folder.load(keys: "model = { from = 'base', lora = \(lora) }, tokenizer = 'model',")
            .configuration.lora
    }

    @Test func everyKeyReachesTheRun() throws {
        #expect(try model("nil") == nil)
        #expect(try model("{}") == LoRASettings())
        #expect(try model("nj.lora {}") == LoRASettings())
        let all = try model(
            """
            nj.lora { rank = 8, alpha = 12, dropout = 0.1, targets = { "q_proj", "v_proj" },
              rslora = true, dora = true, plus_ratio = 16, base = "int8" }
            """)
        #expect(
            all
                == LoRASettings(
                    adapter: .init(
                        rank: 8, alpha: 12, dropout: 0.1, targets: .names(["q_proj", "v_proj"]),
                        isRankStabilized: true, hasMagnitudes: true), base: .int8, upRate: 16))
        #expect(
            try model("{ targets = '.*_proj' }")?.adapter.targets == .pattern(".*_proj"))
        #expect(try model("{ targets = 'all-linear' }")?.adapter.targets == .allLinear)
        #expect(try model("{ base = 'bf16' }")?.base == .bf16)
    }

    /// The names that recipes of other tools have for one thing.
    @Test(arguments: ["plus_ratio", "lora_plus_lr_ratio", "loraplus_lr_ratio"])
    func theRatioHasThreeNames(_ name: String) throws {
        #expect(try model("{ \(name) = 64 }")?.upRate == 64)
    }

    @Test func itCanBeSetFromTheCommandLine() throws {
        let loaded = try folder.load(
            keys: "model = { from = 'base', lora = {} }, tokenizer = 'model',",
            overrides: ["model.lora.rank=4", "model.lora.dora=true"])
        #expect(loaded.configuration.lora?.adapter.rank == 4)
        #expect(loaded.configuration.lora?.adapter.hasMagnitudes == true)
    }

    @Test(arguments: [
        ("model = { from = 'base', lora = { rank = 0 } }", "model.lora.rank"),
        ("model = { from = 'base', lora = { rnak = 4 } }", "did you mean \"rank\"?"),
        ("model = { from = 'base', lora = { base = 'int4' } }", "model.lora.base"),
        ("model = { from = 'base', lora = { targets = {} } }", "model.lora.targets"),
        ("model = { from = 'base', lora = { dropout = 1 } }", "model.lora.dropout"),
        (
            "model = { from = 'base', lora = { plus_ratio = 2, loraplus_lr_ratio = 3 } }",
            "both given"
        ),
        ("model = { from = 'base' }, lora = { rank = 4 }", "adapters stand with the model"),
        (
            """
            model = { init = { hidden_size = 8, intermediate_size = 8, num_hidden_layers = 1,
              num_attention_heads = 1 }, lora = {} }
            """, "give model.from in place of model.init"
        ),
    ])
    func faultsNameTheirKey(_ keys: String, _ words: String) {
        let error = #expect(throws: (any Error).self) {
            try folder.load(keys: keys + ", tokenizer = 'byte',")
        }
        #expect("\(error.map { "\($0)" } ?? "")".contains(words), "\(String(describing: error))")
    }
}
