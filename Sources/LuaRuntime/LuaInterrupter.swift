import CLuaShim
import Synchronization

/// Ends the call that is in progress in a Lua state.
///
/// The call ends as one does whose budget is spent: no error handler of the script outlives it. A
/// host function under way is not cut short; the script ends when it returns.
public final class LuaInterrupter: Sendable {
    /// The context's address; 0 once the state is gone.
    private let address: Mutex<UInt>

    init(_ context: OpaquePointer) {
        address = Mutex(UInt(bitPattern: context))
    }

    /// Asks the call in progress to end, with a `LuaError` of kind `interrupted`; nothing where
    /// there is none.
    ///
    /// Any thread may ask. Lua may miss a single request, so repeat it until the call has ended.
    public func interrupt() {
        address.withLock { address in
            guard let context = OpaquePointer(bitPattern: address) else { return }
            njl_interrupt(context)
        }
    }

    func forget() {
        address.withLock { $0 = 0 }
    }
}
