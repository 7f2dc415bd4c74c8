import Checkpoints
import Foundation

/// What hooks remember, as a file of a checkpoint: opaque bytes by name.
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
        let path = folder.path + "/" + fileName
        do {
            let state = try JSONDecoder().decode(
                HookState.self, from: Data(folder.read(fileName)))
            guard state.format == currentFormat else {
                throw TrainingError(
                    .badState,
                    "\(path) has format \(state.format); this version reads format "
                        + "\(currentFormat). Resume with the version that wrote it.")
            }
            return state.states.mapValues { Array($0) }
        } catch let error as DecodingError {
            throw TrainingError(
                .badState,
                "\(path) is not the memory of scripts (\(error)); use another "
                    + "checkpoint.")
        }
    }
}
