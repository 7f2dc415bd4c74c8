import Checkpoints
import Foundation

/// What hooks remember, as a file of a checkpoint: opaque bytes by name.
///
/// The same file in the run's own folder holds what they began with, for a run that is stopped
/// before its first checkpoint.
struct HookState: Codable {
    static let fileName = "hooks.json"
    static let currentFormat = 1

    private var format = HookState.currentFormat
    /// Base64 by name.
    private var states: [String: Data]

    init(_ states: [String: [UInt8]]) { self.states = states.mapValues { Data($0) } }

    /// The file's bytes, equal for equal states.
    func bytes() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return Array(try encoder.encode(self)) + [10]
    }

    /// What a checkpoint holds; empty where it holds nothing.
    ///
    /// - Throws: `TrainingError` for a newer format, `CheckpointError` for a damaged file.
    static func read(from folder: CheckpointFolder) throws -> [String: [UInt8]] {
        guard folder.contains(fileName) else { return [:] }
        return try states(
            in: Data(folder.read(fileName)), path: folder.path + "/" + fileName,
            advice: "use another checkpoint")
    }

    /// What the hooks of a run began with; empty where it had none.
    ///
    /// - Throws: `TrainingError` for a newer format or a damaged file.
    static func readBeginning(run: String) throws -> [String: [UInt8]] {
        let path = run + "/" + fileName
        guard let data = FileManager.default.contents(atPath: path) else { return [:] }
        return try states(
            in: data, path: path,
            advice: "remove it, and the run begins with the scripts that are on the disk")
    }

    private static func states(
        in data: Data, path: String, advice: String
    ) throws -> [String: [UInt8]] {
        do {
            let state = try JSONDecoder().decode(HookState.self, from: data)
            guard state.format == currentFormat else {
                throw TrainingError(
                    .badState,
                    "\(path) has format \(state.format); this version reads format "
                        + "\(currentFormat). Resume with the version that wrote it.")
            }
            return state.states.mapValues { Array($0) }
        } catch let error as DecodingError {
            throw TrainingError(
                .badState, "\(path) is not the memory of scripts (\(error)); \(advice).")
        }
    }
}
