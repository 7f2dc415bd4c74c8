public import Checkpoints
public import Layers
public import Tensors

/// The low-rank adapters of a model, with their numbers.
public struct Adapter {
    /// Which they are.
    public let configuration: AdapterConfiguration
    /// In the order of the model's maps.
    public let modules: [AdaptedModule]
    /// Named as PEFT names them.
    public let parameters: ParameterSet
    /// By module.
    private let adapters: [String: LowRankAdapter]

    /// Adapters whose numbers are not set yet.
    ///
    /// - Throws: `ModelError` where a target names no map of the model.
    public init(
        _ configuration: AdapterConfiguration, of model: ModelConfiguration,
        precision: ElementKind, on backend: any Backend
    ) throws {
        try configuration.validate()
        self.configuration = configuration
        modules = try configuration.modules(of: model)
        let master: ElementKind = precision == .f64 ? .f64 : .f32
        func parameter(_ name: String, _ role: Parameter.Role, _ shape: Shape) -> Parameter {
            Parameter(
                name: name, role: role, value: backend.empty(shape, master), precision: precision)
        }
        let rows = Adapter.rows(of: model)
        var adapters: [String: LowRankAdapter] = [:]
        for module in modules {
            let (inputs, outputs) = (module.module.inputs, module.module.outputs)
            let names = AdapterTensorNames(module.name)
            adapters[module.name] = LowRankAdapter(
                name: module.name,
                down: parameter(names.down, .matrix, [module.rank, inputs]),
                up: parameter(names.up, .matrix, [outputs, module.rank]),
                magnitude: module.hasMagnitude
                    ? parameter(names.magnitude, .magnitude, [outputs]) : nil,
                scale: Float(module.scale), dropout: Float(module.dropout),
                rows: rows[module.name] ?? 0..<outputs)
        }
        self.adapters = adapters
        parameters = ParameterSet(
            modules.flatMap { adapters[$0.name]?.parameters ?? [] })
    }

    /// The adapter of a map, by the map's public name.
    public subscript(module: String) -> LowRankAdapter? { adapters[module] }

    /// The places of B's gradients.
    public var upSlots: [Int] { modules.compactMap { adapters[$0.name]?.up.slot } }

    /// The rows of each module in the parameter that holds it.
    private static func rows(of model: ModelConfiguration) -> [String: Range<Int>] {
        var rows: [String: Range<Int>] = [:]
        // Maps that meet the same input lie one under another.
        let shared = [["q_proj", "k_proj", "v_proj"], ["gate_proj", "up_proj"]]
        var first = 0
        for module in model.adaptableModules {
            let name = module.name.split(separator: ".").last.map(String.init) ?? ""
            if !shared.contains(where: { $0.dropFirst().contains(name) }) { first = 0 }
            rows[module.name] = first..<first + module.outputs
            first += module.outputs
        }
        return rows
    }

    /// Draws A as PEFT does (uniform to `1 / √inputs`, He et al. 2015 with a = √5), sets B to zero
    /// and magnitudes to the lengths of the base's rows: the adapted model is its base.
    ///
    /// - Parameter decoder: whose weights are set; its adapter is this one.
    func initialize(seed: UInt64, in decoder: Decoder) {
        for module in modules {
            guard let adapter = adapters[module.name] else { continue }
            for (parameter, initializer) in [
                (
                    adapter.down,
                    Initializer.uniform(bound: 1 / Double(module.module.inputs).squareRoot())
                ),
                (adapter.up, .constant(0)),
            ] {
                let values = initializer.values(
                    count: parameter.shape.count, seed: seed, name: parameter.name)
                parameter.load { _ in values }
            }
        }
        decoder.forEachAdapter { adapter, weight in adapter.startMagnitudes(beside: weight) }
    }

    /// Takes numbers from a file of PEFT's.
    ///
    /// - Parameter base: the model that they are laid beside, for the errors.
    /// - Throws: `ModelError` that lists missing, left-over and misshapen tensors.
    public func load(from file: SafetensorsFile, base: String) throws {
        let source = try Adapter.check(modules, in: file, base: base)
        for parameter in parameters.all {
            try parameter.fill(from: source)
            let numbers: [Float] = parameter.value.read()
            guard numbers.allSatisfy(\.isFinite) else {
                throw ModelError(
                    .badWeights,
                    "Tensor \"\(parameter.name)\" of the adapter holds numbers that are not finite; "
                        + "every answer would be noise. Fetch or save the adapter again.",
                    path: file.path)
            }
        }
    }

    /// Throws where a file's tensors are not those of the modules.
    @discardableResult
    static func check(_ modules: [AdaptedModule], in file: SafetensorsFile, base: String) throws
        -> WeightSource
    {
        do {
            return try WeightSource(adapter: modules.flatMap(\.tensors), in: file)
        } catch let error as ModelError {
            throw ModelError(
                error.code,
                error.message + " The adapter does not belong to \(base), or its "
                    + "\(AdapterFolder.configurationName) is another's.", path: error.path)
        }
    }
}

extension AdaptedModule {
    /// The tensors of its adapter, as PEFT names them.
    var tensors: [(name: String, shape: Shape)] {
        let names = AdapterTensorNames(name)
        let matrices: [(name: String, shape: Shape)] = [
            (names.down, [rank, module.inputs]), (names.up, [module.outputs, rank]),
        ]
        return matrices + (hasMagnitude ? [(names.magnitude, Shape([module.outputs]))] : [])
    }
}

/// What PEFT calls the tensors of a module's adapter.
struct AdapterTensorNames {
    private let prefix: String

    /// - Parameter module: the map's name in the base.
    init(_ module: String) { prefix = "base_model.model.\(module)." }

    var down: String { prefix + "lora_A.weight" }
    var up: String { prefix + "lora_B.weight" }
    var magnitude: String { prefix + "lora_magnitude_vector" }
}

extension Decoder {
    /// A decoder over the same weights with adapters beside them; those of this one, if it has any,
    /// are left out. Several that share a base differ by the numbers of their adapters alone.
    ///
    /// Call `refresh` once the adapter's numbers are set.
    public func adapted(by adapter: Adapter) -> Decoder {
        var decoder = self
        decoder.adapter = adapter
        for layer in decoder.blocks.indices {
            decoder.blocks[layer].updateMaps { map in
                map.adapters = map.weight.parts.compactMap { part in
                    adapter[String(part.name.dropLast(".weight".count))]
                }
            }
        }
        return decoder
    }

    /// A decoder over the same weights with new adapters, which change nothing yet.
    public func adapted(by adapter: Adapter, seed: UInt64) -> Decoder {
        let decoder = adapted(by: adapter)
        adapter.initialize(seed: seed, in: decoder)
        decoder.refresh()
        return decoder
    }

    /// Calls `body` with each adapter and the weight that it stands beside.
    func forEachAdapter(_ body: (LowRankAdapter, Parameter) -> Void) {
        for block in blocks {
            for map in block.maps {
                for adapter in map.adapters { body(adapter, map.weight) }
            }
        }
    }
}
