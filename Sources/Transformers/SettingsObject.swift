import Checkpoints
import Foundation

/// The object of a file of settings, as `config.json` is one.
///
/// - Throws: `ModelError` naming the file, and line and column where it is not JSON or has a key
///   twice, of which other programs silently take the last.
func settingsObject(_ json: Data, path: String) throws(ModelError) -> [String: Any] {
    if let problem = StrictJSON.problem(in: Array(json)) {
        throw ModelError(.badConfiguration, "\(problem)", path: path)
    }
    guard let object = (try? JSONSerialization.jsonObject(with: json)) as? [String: Any] else {
        throw ModelError(.badConfiguration, "This is not a JSON object.", path: path)
    }
    return object
}
