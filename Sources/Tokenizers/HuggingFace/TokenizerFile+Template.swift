extension TokenizerFile {
    /// The ids that a post-processor puts around one text.
    static func readPostProcessor(_ field: JSONField) throws -> TokenizerPipeline.Template {
        if field.isNull { return .init() }
        let kind = try field["type"].text()
        switch kind {
        case "ByteLevel": return .init()
        case "Sequence":
            try field.allowOnly(["type", "processors"])
            var template = TokenizerPipeline.Template()
            for part in try field["processors"].elements() {
                let next = try readPostProcessor(part)
                template.before = next.before + template.before
                template.after += next.after
            }
            return template
        case "BertProcessing":
            try field.allowOnly(["type", "sep", "cls"])
            return try readEnds(field)
        case "RobertaProcessing":
            try field.allowOnly(["type", "sep", "cls", "trim_offsets", "add_prefix_space"])
            return try readEnds(field)
        case "TemplateProcessing": return try readTemplate(field)
        default: throw field.unsupported("post-processor \(kind) is not implemented")
        }
    }

    /// `cls` stands before a text, `sep` after it; each is a token and its id.
    private static func readEnds(_ field: JSONField) throws -> TokenizerPipeline.Template {
        func id(_ key: String) throws -> Int32 {
            let pair = try field[key].elements()
            guard pair.count == 2 else {
                throw field[key].error(.malformed, "is not a token and its id")
            }
            _ = try pair[0].bytes()
            return try pair[1].id()
        }
        return .init(before: [try id("cls")], after: [try id("sep")])
    }

    private static func readTemplate(_ field: JSONField) throws -> TokenizerPipeline.Template {
        try field.allowOnly(["type", "single", "pair", "special_tokens"])
        var template = TokenizerPipeline.Template()
        var isPastText = false
        for piece in try field["single"].elements() {
            if piece["SpecialToken"].isNull {
                isPastText = true
                continue
            }
            let name = try piece["SpecialToken"]["id"].text()
            let ids = try field["special_tokens"][name]["ids"].elements().map { try $0.id() }
            if isPastText { template.after += ids } else { template.before += ids }
        }
        return template
    }
}
