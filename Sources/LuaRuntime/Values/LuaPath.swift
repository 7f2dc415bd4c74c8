/// The way from a root table to a value in it: `data.customer[1].path`.
public struct LuaPath: Sendable, Hashable, CustomStringConvertible {
    public private(set) var keys: [LuaKey]

    public init(_ keys: [LuaKey] = []) {
        self.keys = keys
    }

    /// The path one key further down.
    public func appending(_ key: LuaKey) -> LuaPath {
        LuaPath(keys + [key])
    }

    public var description: String {
        var text = ""
        for key in keys {
            switch key {
            case .string(let name) where Self.isName(name):
                text += (text.isEmpty ? "" : ".") + name.beginning(256)
            case .string(let name): text += "[\"\(name.beginning(256))\"]"
            case .integer(let value): text += "[\(value)]"
            case .number(let value): text += "[\(value)]"
            case .boolean(let value): text += "[\(value)]"
            }
        }
        return text
    }

    /// The sentence with the path before it, or alone where the path is empty.
    func sentence(_ sentence: String) -> String {
        keys.isEmpty ? sentence : "\(self): \(sentence)"
    }

    private static func isName(_ name: LuaString) -> Bool {
        guard name.count <= 256, let text = name.text, let first = text.utf8.first else {
            return false
        }
        let isLetter = { (c: UInt8) in (c | 32 >= 97 && c | 32 <= 122) || c == 95 }
        return isLetter(first)
            && text.utf8.allSatisfy { isLetter($0) || ($0 >= 48 && $0 <= 57) || $0 == 45 }
    }
}
