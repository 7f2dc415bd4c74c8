import Checkpoints
import Layers
import Tensors
import Tokenizers
import Transformers

/// A model beside the one that is trained, whose weights stay: a teacher, or a reference.
struct FrozenModel {
    let path: String
    /// What identifies its content.
    let identity: String
    let model: Decoder
}

extension FrozenModel {
    /// Reads the weights.
    ///
    /// - Parameters:
    ///   - role: what the recipe calls it, such as "teacher".
    ///   - length: tokens a row.
    ///   - form: how its maps are held; by default as the precision says.
    /// - Throws: `TrainingError` where it does not read the same tokens as the trained model.
    init(
        _ reference: String, as role: String, tokenizer: any Tokenizer, length: Int,
        precision: ElementKind, form: FrozenForm? = nil, on backend: any Backend,
        remark: (String) -> Void
    ) throws {
        let folder = try Self.folder(reference, remark: remark)
        let own = try TokenizerLoader.load(folder.path)
        guard own.fingerprint == tokenizer.fingerprint else {
            throw TrainingError(
                .badConfiguration,
                "The \(role) \(reference) has a tokenizer of \(own.vocabularySize) ids, and "
                    + "the model one of \(tokenizer.vocabularySize) that is not the same: what "
                    + "the one says of a token would be taken for another. Train with "
                    + "tokenizer = \"\(reference)\", or take a \(role) of its vocabulary.")
        }
        let positions = folder.configuration.servedPositions
        guard length <= positions else {
            throw TrainingError(
                .badConfiguration,
                "sequence_length is \(length), but the \(role) \(reference) holds "
                    + "\(positions) positions (max_position_embeddings); shorten it.")
        }
        path = folder.path
        identity = folder.folder.manifest.map { "\($0.identity)" } ?? "unknown"
        model = try folder.decoder(
            precision: precision, positions: length, frozen: form ?? FrozenForm(precision),
            on: backend)
    }

    /// Throws where a checkpoint was made beside another model than this one is now.
    func checkWas(in saved: CheckpointFolder, as role: String) throws {
        guard let parents = saved.manifest?.parents, identity != "unknown",
            !parents.values.contains(identity)
        else { return }
        let was = parents.keys.sorted().joined(separator: ", ")
        throw TrainingError(
            .badState,
            "\(saved.path) was made beside another model than \(path) is now, its \(role) (known "
                + "from then: \(was)). Put it back, name the checkpoint that it was as the "
                + "\(role), or start a new run under another name.")
    }

    /// The folder that a recipe names.
    static func folder(_ reference: String, remark: (String) -> Void) throws -> ModelFolder {
        let remarks = Remarks()
        let folder = try ModelFolder(reference: reference) { remarks.add($0) }
        remarks.all.forEach(remark)
        return folder
    }
}

extension RunConfiguration {
    /// The model that changes of likelihoods are counted from.
    enum Reference {
        /// The one that the run begins from.
        case beginning
        /// A folder, a checkpoint, or a run's.
        case model(String)

        init(_ named: String?) { self = named.map(Reference.model) ?? .beginning }
    }

    /// The reference, where the method counts changes from one.
    var reference: Reference? {
        if let preference { return Reference(preference.reference) }
        if let rollouts, rollouts.beta > 0 { return Reference(rollouts.reference) }
        return nil
    }

    /// The sizes of the model that stands beside the trained one, where there is one.
    var frozenModel: ModelConfiguration? {
        get throws { try frozenPath.map { try FrozenModel.folder($0) { _ in }.configuration } }
    }

    /// Where that model is.
    private var frozenPath: String? {
        if let distillation { return distillation.teacher }
        switch reference {
        case .model(let path): return path
        case .beginning:
            if case .folder(let path) = model.asOfNow { return path }
            return nil
        case nil: return nil
        }
    }
}
