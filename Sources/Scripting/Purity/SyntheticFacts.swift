import LuaRuntime
import Naming

/// Facts of a run that never was: what scripts are asked with where there is no run.
///
/// They follow from the names of the facts and the number of the round alone. Losses fall and now
/// and then jump, optional facts are there or not, lists have a few entries, so that a script meets
/// its own cases.
enum SyntheticFacts {
    /// Whether a function is one that a run calls with facts.
    static func isAsked(_ door: String) -> Bool { (try? DoorShape.of(door)) != nil }

    /// - Returns: nil where the function is not called in that round.
    /// - Throws: `ShapeFault` for a path that is no door.
    static func of(_ door: String, round: Int, of rounds: Int) throws -> LuaTable<LuaValue>? {
        switch door {
        case "hooks.on_start": guard round == 1 else { return nil }
        case "hooks.on_end", "hooks.on_error": guard round == rounds else { return nil }
        default: break
        }
        return table(try DoorShape.of(door).facts, Draw(round: round, rounds: rounds))
    }

    /// Numbers that a place and a round decide.
    private struct Draw {
        let round: Int
        let rounds: Int
        var place = ""

        func at(_ name: String) -> Draw {
            var draw = self
            draw.place += "/" + name
            return draw
        }

        /// 0 to below 2^32.
        var bits: Int {
            Int(ContentHash(of: Array("\(place) \(round)".utf8)).hex.prefix(8), radix: 16) ?? 0
        }

        /// 0 to below 1.
        var share: Double { Double(bits) / 4_294_967_296 }
    }

    private static func table(_ record: Record, _ draw: Draw) -> LuaTable<LuaValue> {
        var table = LuaTable<LuaValue>()
        for field in record.fields {
            let draw = draw.at(field.name)
            // A fact that may be missing is missing first, and now and then.
            if !field.isRequired, draw.round == 1 || draw.bits % 5 == 0 { continue }
            table.fields.append(
                .init(
                    key: .string(LuaString(field.name)),
                    value: known(field, draw) ?? value(field.shape, draw)))
        }
        return table
    }

    /// Facts whose meaning a script relies on.
    private static func known(_ field: Field, _ draw: Draw) -> LuaValue? {
        switch field.name {
        case "step": .integer(Int64(draw.round))
        case "total_steps": .integer(Int64(draw.rounds))
        case "progress": .number(Double(draw.round) / Double(draw.rounds))
        case "loss":
            .number((4 / Double(draw.round) + draw.share) * (draw.bits % 6 == 0 ? 20 : 1))
        case "row":
            // A row of the data; where it is a number it is one's place.
            if case .map = field.shape {
                ["prompt": "2 + 2 =", "answer": .string(LuaString("\(draw.bits % 3)"))]
            } else {
                nil
            }
        case "dials":
            [
                "optimizer.lr": 1e-3, "optimizer.weight_decay": 0.1, "schedule.factor": 1.0,
                "gradient_clip": 1.0,
            ]
        default: nil
        }
    }

    private static func value(_ shape: Shape, _ draw: Draw) -> LuaValue {
        switch shape {
        case .boolean: return .boolean(draw.bits % 2 == 0)
        case .off: return .boolean(false)
        case .integer(let range):
            return .integer(Int64(min(max(draw.bits % 1000, range.lowerBound), range.upperBound)))
        case .number(let range):
            let number = draw.share * (draw.bits % 6 == 0 ? 20 : 2)
            return .number(range.contains(number) ? number : draw.share)
        case .text, .bytes: return .string(LuaString("name\(draw.bits % 3)"))
        case .choice(let words, _):
            return .string(LuaString(words.isEmpty ? "" : words[draw.bits % words.count]))
        case .list(let element), .array(let element):
            return .table(
                LuaTable(array: (1...3).map { value(element, draw.at("\($0)")) }))
        case .map(let element):
            return .table(
                LuaTable(
                    fields: ["first", "second"].map {
                        .init(key: .string(LuaString($0)), value: value(element, draw.at($0)))
                    }))
        case .record(let record): return .table(table(record, draw))
        case .either(let shapes): return shapes.first.map { value($0, draw) } ?? .nil
        case .any, .plain: return .integer(Int64(draw.bits % 10))
        case .function, .object, .kinds, .mix, .sources, .oneOrNamed, .collection: return .nil
        }
    }
}
