import LuaRuntime

extension CompleteTable {
    /// Whether a source, or one of a mix, holds conversations.
    var hasChats: Bool {
        if optionalText("kind") == "chat" { return true }
        let entries = table.array + table.fields.map(\.value)
        return entries.contains { entry in
            guard case .table(let inner) = entry else { return false }
            return CompleteTable(inner).hasChats
        }
    }
}
