import Checkpoints
import Foundation

/// The requests that wait in a run's `control/` folder, as the running job sees them.
///
/// Looking costs one listing of a folder that is nearly always empty. Whatever lies there, a run
/// goes on: what is no request is told once and left alone, a request that cannot be read is
/// refused, and a failing disk is a remark.
final class ControlInbox {
    /// A request, and where its answer goes.
    struct Received {
        let ticket: ControlTicket
        /// Nil where it cannot be read; `problem` says why.
        let request: ControlRequest?
        let problem: String
    }

    /// The folder's name in a run.
    static let folderName = "control"
    /// Requests are sentences, not data.
    static let largestRequest = 1 << 20
    /// How many are attended to between two steps.
    private static let most = 64

    private let folder: String
    private let remark: (String) -> Void
    private let files = PosixFileSystem()
    private var told: Set<String> = []

    init(run: String, remark: @escaping (String) -> Void) {
        folder = run + "/" + ControlInbox.folderName
        self.remark = remark
    }

    /// Makes the folder, and clears away what an earlier process had begun to answer.
    func open() {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
        } catch {
            remark("This run takes no requests: \(folder) cannot be made.")
        }
        for name in names() {
            if let (_, role) = ControlTicket.read(name), role == .taken { remove(name) }
        }
    }

    /// The requests that came since it last looked, oldest first.
    func take() -> [Received] {
        var received: [Received] = []
        for name in names() where !name.hasPrefix(".") && received.count < ControlInbox.most {
            guard let (ticket, role) = ControlTicket.read(name) else {
                tell(name, "is no request")
                continue
            }
            switch role {
            case .taken: break
            case .reply: if ticket.isAbandoned { remove(name) }
            case .asked:
                guard (try? files.kind(of: folder + "/" + name)) == .file else {
                    tell(name, "is no plain file")
                    continue
                }
                if ticket.isAbandoned {
                    remark("A request is left out: whoever made it is gone.")
                    remove(name)
                } else if let request = read(ticket) {
                    received.append(request)
                }
            }
        }
        return received
    }

    /// Answers a request that was taken.
    func answer(_ ticket: ControlTicket, _ reply: ControlReply) {
        do {
            let text = String(decoding: try JSONEncoder().encode(reply), as: UTF8.self)
            try AtomicFile(path: folder + "/" + ticket.fileName(.reply)).write(text + "\n")
        } catch {
            remark("A request was answered, but the answer cannot be written: \(error)")
        }
        remove(ticket.fileName(.taken))
    }

    /// Refuses whatever still waits: the run is over.
    func close(step: Int) {
        for received in take() {
            answer(
                received.ticket,
                ControlReply(isDone: false, message: "The run has ended.", step: step))
        }
    }

    /// Takes a request out of its asker's reach, then reads it.
    private func read(_ ticket: ControlTicket) -> Received? {
        let path = folder + "/" + ticket.fileName(.taken)
        do {
            try files.rename(folder + "/" + ticket.fileName(.asked), to: path)
        } catch {
            // The asker has just taken it back.
            return nil
        }
        do {
            let file = try MappedFile(path: path)
            guard file.byteCount <= ControlInbox.largestRequest else {
                return Received(
                    ticket: ticket, request: nil,
                    problem: "The request has \(file.byteCount) bytes; "
                        + "\(ControlInbox.largestRequest) are the most.")
            }
            let bytes = try file.read(0..<file.byteCount)
            let request = try JSONDecoder().decode(ControlRequest.self, from: Data(bytes))
            return Received(ticket: ticket, request: request, problem: "")
        } catch {
            return Received(
                ticket: ticket, request: nil, problem: "The request cannot be read: \(error)")
        }
    }

    private func names() -> [String] { (try? files.names(in: folder)) ?? [] }

    private func tell(_ name: String, _ what: String) {
        guard told.insert(name).inserted else { return }
        remark("\(folder)/\(name) \(what); it is left alone.")
    }

    private func remove(_ name: String) { try? files.removeFile(folder + "/" + name) }
}
