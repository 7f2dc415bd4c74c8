import Layers
import LuaRuntime
import Training
import Transformers

extension LoRASettings {
    /// The recipe's `model.lora`.
    init(recipe table: CompleteTable) {
        let targets: AdapterTargets =
            table.optionalText("targets").map(AdapterTargets.init) ?? .names(table.texts("targets"))
        self.init(
            adapter: AdapterConfiguration(
                rank: table.integer("rank"), alpha: table.number("alpha"),
                dropout: table.number("dropout"), targets: targets,
                isRankStabilized: table.boolean("rslora"), hasMagnitudes: table.boolean("dora")),
            base: FrozenForm(rawValue: table.text("base")),
            upRate: LoRADeclarations.rates.compactMap(table.optionalNumber).first ?? 1)
    }
}
