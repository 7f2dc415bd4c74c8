/// A host object that scripts may hold, pass on and compare, and cannot look into.
///
/// Where its type was given methods (`LuaState.giveMethods`), scripts may call them.
///
/// The state keeps `value` alive for as long as Lua holds the object.
public final class LuaObject {
    /// What error sentences call it: "a run".
    public let typeName: String
    public let value: AnyObject

    public init(typeName: String, value: AnyObject) {
        self.typeName = typeName
        self.value = value
    }
}
