/// Reads and writes `tokenizer_config.json`: which tokens have a role.
enum TokenizerConfiguration {
    private static let roleKeys = ["bos_token", "eos_token", "pad_token"]

    /// Gives `model` the roles that `contents` names.
    ///
    /// `special_tokens_map.json` has the same keys and is read the same way.
    static func apply(_ contents: [UInt8], name: String, to model: inout some SubwordModel) throws {
        let root = JSONField(try JSONReader.read(contents, file: name), file: name)
        _ = try root.members()
        try root.checkKeys()
        for key in roleKeys {
            guard let id = try role(root[key], model) else { continue }
            markSpecial(id, in: &model)
            switch key {
            case "bos_token": model.pipeline.roles.beginning = id
            case "eos_token": model.pipeline.roles.end = id
            default: model.pipeline.roles.padding = id
            }
        }
        if !root["add_bos_token"].isNull {
            model.pipeline.addsBeginning = try root["add_bos_token"].bool(default: false)
        }
        if let unknown = try role(root["unk_token"], model) {
            markSpecial(unknown, in: &model)
            if model.unknown == nil, !model.spellsEverything { model.unknown = unknown }
        }
        for key in ["additional_special_tokens", "extra_special_tokens"] {
            for token in try tokens(root[key]) {
                if let id = try role(token, model) { markSpecial(id, in: &model) }
            }
        }
        try checkPrefixSpace(root["add_prefix_space"], model)
        try checkAddedTokens(root["added_tokens_decoder"], model)
    }

    static func write(_ model: any SubwordModel) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("tokenizer_class", "PreTrainedTokenizerFast")
            for (key, id) in [
                ("bos_token", model.pipeline.roles.beginning),
                ("eos_token", model.pipeline.roles.end),
                ("pad_token", model.pipeline.roles.padding), ("unk_token", model.unknown),
            ] {
                if let id, let text = model.literal(of: id) { json.member(key, text) }
            }
            if model.pipeline.addsBeginning == false { json.member("add_bos_token", false) }
            json.member("clean_up_tokenization_spaces", false)
        }
        return json.bytes
    }

    /// The id of a token given as text, or as an object with its `content`.
    private static func role(_ field: JSONField, _ model: any SubwordModel) throws -> Int32? {
        if field.isNull { return nil }
        var content = field
        if case .object = field.value { content = field["content"] }
        let bytes = try content.bytes()
        if let token = model.pipeline.addedTokens.first(where: { $0.content == bytes }) {
            return token.id
        }
        guard let id = model.vocabulary.firstIndex(of: bytes) else {
            throw content.error(
                .inconsistent,
                "\"\(String(decoding: bytes, as: UTF8.self))\" is not in the tokenizer's vocabulary"
            )
        }
        return Int32(id)
    }

    /// The tokens of a list, or of an object from names to tokens.
    private static func tokens(_ field: JSONField) throws -> [JSONField] {
        if field.isNull { return [] }
        guard case .object(let members) = field.value else { return try field.elements() }
        return members.map {
            let name = String(decoding: $0.key, as: UTF8.self)
            return JSONField($0.value, path: "\(field.path).\(name)", file: field.file)
        }
    }

    /// A token with a role is special and matched in text, whatever `tokenizer.json` makes of it.
    private static func markSpecial(_ id: Int32, in model: inout some SubwordModel) {
        if let index = model.pipeline.addedTokens.firstIndex(where: { $0.id == id }) {
            model.pipeline.addedTokens[index].isSpecial = true
        } else {
            model.pipeline.addedTokens.append(
                AddedToken(id: id, content: model.vocabulary[Int(id)], isSpecial: true))
            model.pipeline.addedTokens.sort { $0.id < $1.id }
        }
    }

    private static func checkPrefixSpace(_ field: JSONField, _ model: any SubwordModel) throws {
        guard !field.isNull, case .byteLevel(let addsSpace, _)? = model.pipeline.preTokenizer.first
        else {
            return
        }
        guard try field.bool(default: addsSpace) == addsSpace else {
            throw field.error(
                .inconsistent,
                "tokenizer.json says \(addsSpace) in `pre_tokenizer`: make both equal")
        }
    }

    private static func checkAddedTokens(_ field: JSONField, _ model: any SubwordModel) throws {
        if field.isNull { return }
        for (key, value) in try field.members() {
            let name = String(decoding: key, as: UTF8.self)
            let token = JSONField(value, path: "\(field.path).\(name)", file: field.file)
            let content = try token["content"].bytes()
            guard let id = Int32(name),
                let own = model.pipeline.addedTokens.first(where: {
                    $0.id == id && $0.content == content
                })
            else {
                throw token.error(
                    .inconsistent,
                    "tokenizer.json has no added token"
                        + " \"\(String(decoding: content, as: UTF8.self))\" with this id")
            }
            for (flag, ownFlag) in [
                ("single_word", own.isSingleWord), ("lstrip", own.stripsLeft),
                ("rstrip", own.stripsRight), ("normalized", own.isNormalized),
            ] where try token[flag].bool(default: ownFlag) != ownFlag {
                throw token[flag].error(
                    .inconsistent, "tokenizer.json says \(ownFlag): make both equal")
            }
        }
    }
}
