import LuaRuntime

/// The functions through which the house calls a script, by their place in its table:
/// `hooks.on_step_end`, `curricula.by_length`, `save`.
struct ScriptDoors {
    private(set) var functions: [(path: String, function: LuaFunction)] = []
    private var byPath: [String: LuaFunction] = [:]

    /// Collects the functions below the keys that are doors.
    ///
    /// - Parameter table: a plugin's or recipe's table, checked.
    init(_ table: LuaTable<LuaNode>) {
        for field in table.fields {
            guard case .string(let key) = field.key else { continue }
            switch field.value {
            case .function(let function): functions.append((key.description, function))
            case .table(let inner) where ScriptDoors.groups.contains(key.description):
                for entry in inner.fields {
                    if case .string(let name) = entry.key,
                        case .function(let function) = entry.value
                    {
                        functions.append(("\(key).\(name)", function))
                    }
                }
            case .table(let probes) where key == "probes":
                for case .table(let probe) in probes.fields.map(\.value) {
                    if case .string(let name)? = probe["name"],
                        case .function(let function)? = probe["score"]
                    {
                        functions.append(("\(key).\(name).score", function))
                    }
                }
            case .table(let rewards) where key == "rewards":
                // A plugin's are functions; a recipe's may stand beside their weights.
                for entry in rewards.fields {
                    guard case .string(let name) = entry.key else { continue }
                    if case .function(let function) = entry.value {
                        functions.append(("\(key).\(name)", function))
                    } else if case .table(let reward) = entry.value,
                        case .function(let function)? = reward["score"]
                    {
                        functions.append(("\(key).\(name).score", function))
                    }
                }
            default: continue
            }
        }
        byPath = Dictionary(functions.map { ($0.path, $0.function) }) { first, _ in first }
    }

    /// Keys whose tables hold doors.
    private static let groups: Set = ["hooks", "curricula", "schedules"]

    func function(_ path: String) -> LuaFunction? {
        byPath[path]
    }

    /// The doors of a group, in the order of their names.
    func paths(in group: String) -> [String] {
        functions.map(\.path).filter { $0.hasPrefix(group + ".") }
    }

    /// Whether some answer that is looked at depends on more than a schedule's progress.
    var answersCalls: Bool { functions.contains { ScriptDoors.answersCalls($0.path) } }

    /// Whether a door is asked with facts of the run, and its answer is looked at.
    static func answersCalls(_ path: String) -> Bool {
        !PluginSchedule.isDoor(path) && (try? DoorShape.of(path))?.answer != nil
    }

    /// Their names without the group's.
    func names(in group: String) -> [String] {
        paths(in: group).map { String($0.dropFirst(group.utf8.count + 1)) }
    }
}
