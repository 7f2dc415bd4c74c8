import Foundation
import LuaRuntime
import Transformers

extension ModelConfiguration {
    /// A new model from the recipe's `model.init`. Where it leaves out the vocabulary size, that
    /// is 0: the tokenizer's decides.
    ///
    /// - Throws: `ShapeFault`.
    init(recipe table: CompleteTable, at path: LuaPath) throws {
        var keys: [String: Any] = [:]
        for field in table.table.fields {
            guard case .string(let name) = field.key, let value = Self.foundation(field.value)
            else { continue }
            keys[name.description] = value
        }
        let isOpen = keys["vocab_size"] == nil
        // A stand-in, so that every other key is checked now.
        if isOpen { keys["vocab_size"] = NSNumber(value: 1) }
        do {
            try self.init(keys: keys)
        } catch let error as ModelError {
            throw ShapeFault(path: path, sentence: error.message)
        }
        if isOpen { vocabularySize = 0 }
    }

    /// The value as `JSONSerialization` would have read it.
    private static func foundation(_ node: LuaNode) -> Any? {
        switch node {
        case .boolean(let value): return NSNumber(value: value)
        case .integer(let value): return NSNumber(value: value)
        case .number(let value): return NSNumber(value: value)
        case .string(let value): return value.description
        case .table(let table):
            if table.fields.isEmpty { return table.array.compactMap(foundation) }
            var object: [String: Any] = [:]
            for field in table.fields {
                guard case .string(let name) = field.key else { continue }
                object[name.description] = foundation(field.value)
            }
            return object
        case .nil, .function, .object: return nil
        }
    }
}
