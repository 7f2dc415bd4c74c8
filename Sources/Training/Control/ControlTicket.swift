import Foundation
import Naming
import Synchronization

/// The name of a request in a run's `control/` folder: who asks, and when.
///
/// Names sort by time, and tell whether the asker still lives: it may have been killed while it
/// waited, and then nobody wants the thing done any more.
struct ControlTicket: Hashable {
    /// What stands under the name.
    enum Role: String {
        /// Asked, not looked at yet; the asker may still take it back.
        case asked = "json"
        /// Being carried out.
        case taken
        /// Answered; the asker removes it.
        case reply
    }

    let name: String
    private let host: String
    private let process: Int32

    private static let counter = Atomic<Int>(0)

    /// A ticket for this process.
    init() {
        let nanoseconds = UInt64(max(0, Date().timeIntervalSince1970) * 1e6) * 1000
        let digits = String(nanoseconds)
        let time = String(repeating: "0", count: max(0, 20 - digits.count)) + digits
        let number = ControlTicket.counter.add(1, ordering: .relaxed).newValue
        host = ControlTicket.thisHost
        process = getpid()
        name = "\(time)-\(host)-\(process)-\(number)"
    }

    /// Reads a file's name; nil for what is no ticket.
    static func read(_ fileName: String) -> (ticket: ControlTicket, role: Role)? {
        let parts = fileName.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let role = Role(rawValue: String(parts[1])),
            let ticket = ControlTicket(name: String(parts[0]))
        else { return nil }
        return (ticket, role)
    }

    private init?(name: String) {
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0].count == 20, UInt64(parts[0]) != nil,
            parts[1].count == 8, let process = Int32(parts[2]), process > 0, Int(parts[3]) != nil
        else { return nil }
        self.name = name
        self.process = process
        host = String(parts[1])
    }

    /// The file's name in a role.
    func fileName(_ role: Role) -> String { name + "." + role.rawValue }

    /// Whether the asker is known to be gone; one on another machine never is.
    var isAbandoned: Bool {
        host == ControlTicket.thisHost && kill(process, 0) != 0 && errno == ESRCH
    }

    private static let thisHost = String(
        ContentHash(of: Array(ProcessInfo.processInfo.hostName.utf8)).hex.prefix(8))
}
