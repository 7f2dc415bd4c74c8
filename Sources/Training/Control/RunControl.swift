import Checkpoints
import Foundation

/// Speaks to a running job from another process.
public enum RunControl {
    /// Asks, and waits for the answer; a job attends to requests between two steps.
    ///
    /// - Parameters:
    ///   - run: the run's folder.
    ///   - timeout: seconds to wait; a request that was not looked at by then is taken back.
    /// - Returns: what the job did.
    /// - Throws: `TrainingError` where `run` is no run or is not under way, where the job refuses,
    ///   and where it does not answer in time.
    public static func send(
        run: String, request: ControlRequest, timeout: Double = 60
    ) throws -> ControlReply {
        guard FileManager.default.fileExists(atPath: run + "/" + RunJournal.fileName) else {
            throw TrainingError(
                .badRequest,
                "\(run) is not a run: it has no \(RunJournal.fileName). Name the "
                    + "folder that training writes to.")
        }
        try checkNumbers(request)
        try checkUnderWay(run)
        let folder = run + "/" + ControlInbox.folderName
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let ticket = ControlTicket()
        let asked = folder + "/" + ticket.fileName(.asked)
        let text = String(decoding: try JSONEncoder().encode(request), as: UTF8.self)
        guard text.utf8.count <= ControlInbox.largestRequest else {
            throw TrainingError(
                .badRequest,
                "The request has \(text.utf8.count) bytes; "
                    + "\(ControlInbox.largestRequest) are the most.")
        }
        try AtomicFile(path: asked).write(text)
        let reply = try wait(for: ticket, in: folder, of: run, timeout: timeout)
        guard reply.isDone else { throw TrainingError(.badRequest, reply.message) }
        return reply
    }

    private static func wait(
        for ticket: ControlTicket, in folder: String, of run: String, timeout: Double
    ) throws -> ControlReply {
        let files = PosixFileSystem()
        let path = folder + "/" + ticket.fileName(.reply)
        let begin = Date()
        var isTaken = false
        var rounds = 0
        while true {
            if let data = FileManager.default.contents(atPath: path) {
                try? files.removeFile(path)
                return try JSONDecoder().decode(ControlReply.self, from: data)
            }
            rounds += 1
            if rounds % 50 == 0 {
                do {
                    try checkUnderWay(run)
                } catch  where !FileManager.default.fileExists(atPath: path) {
                    try? files.removeFile(folder + "/" + ticket.fileName(.asked))
                    throw TrainingError(
                        .badRequest,
                        "The run ended before it answered; \(RunJournal.fileName) tells whether "
                            + "the request took effect.")
                } catch {}
            }
            let waited = Date().timeIntervalSince(begin)
            if waited > timeout, !isTaken {
                guard (try? files.removeFile(folder + "/" + ticket.fileName(.asked))) == nil
                else {
                    throw TrainingError(
                        .badRequest,
                        "The run did not answer within \(timeout) seconds, and the request is "
                            + "taken back. It may be in a long step or evaluation; try again.")
                }
                // It is being carried out, which ends soon.
                isTaken = true
            }
            if waited > timeout + 30 {
                throw TrainingError(
                    .badRequest,
                    "The run took the request and has not answered; \(RunJournal.fileName) will "
                        + "tell whether it took effect.")
            }
            usleep(5000)
        }
    }

    /// What JSON cannot say is refused here, with a sentence.
    private static func checkNumbers(_ request: ControlRequest) throws {
        for setting in request.dialSettings {
            guard case .number(let number) = setting.value, !number.isFinite else { continue }
            throw TrainingError(
                .badRequest,
                "\(setting.path) cannot be \(number): a dial takes a finite number, or none.")
        }
    }

    private static func checkUnderWay(_ run: String) throws {
        guard RunLock.isHeld(run: run) else {
            throw TrainingError(
                .badRequest,
                "\(run) is not under way: nobody would answer. Start it with --resume, or change "
                    + "its recipe.")
        }
    }
}
