import LuaRuntime
import Telemetry

/// `nj.http`: other machines, for scripts that were granted them.
enum HTTPBindings {
    private static let phases: Set<ScriptPhase> = [.hook, .test]
    /// A longer answer is no answer for a script.
    private static let mostBytes = 64 << 20
    /// What a request may take of what is left of its call's time, so that there is some left to
    /// do without.
    private static let shareOfTime = 0.9
    /// Headers that decide how a request is sent, or on whose behalf.
    private static let ownHeaders: Set = [
        "host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer",
        "proxy-authorization", "proxy-connection", "cookie", "expect",
    ]

    static let all: [Binding] = [
        Binding(
            "http.get", [url, Field("options", .record(options), .none, "how to ask")],
            gives: [gives], phases: phases,
            doc: "Fetches an address, and waits for it within the call's time. "
                + "Needs the capability \"network:HOST\"."
        ) { call in try answer(call, method: "GET", body: nil) },
        Binding(
            "http.post",
            [
                url, Field("body", .bytes, .required, "what to send"),
                Field("options", .record(options), .none, "how to ask"),
            ],
            gives: [gives], phases: phases,
            doc: "Sends bytes to an address, and waits for the answer within the call's time. "
                + "Needs the capability \"network:HOST\"."
        ) { call in try answer(call, method: "POST", body: call.bytes("body")) },
    ]

    private static let url = Field(
        "url", .text, .required, "an http or https address of a granted host")
    private static let gives = Field(
        "answer", .record(answer), .none, "nil and a message where none came")

    private static let options = Record(
        noun: "request options",
        fields: [
            Field(
                "headers", .map(.text), .none,
                "by name; content-type is application/octet-stream for what is sent"),
            Field(
                "timeout_s", .number(.positive), .value(30.0),
                "seconds to wait, at most what is left of the call's time"),
            Field(
                "max_bytes", .integer(1...mostBytes), .value(.integer(8 << 20)),
                "a longer answer is a failure"),
        ])

    private static let answer = Record(
        noun: "http answer",
        fields: [
            Field("status", .integer(100...999), .required, "such as 200 or 404"),
            Field("body", .bytes, .required, "what was sent back"),
            Field("headers", .map(.bytes), .required, "by name in lower case"),
        ])

    private static func answer(
        _ call: BindingCall, method: String, body: [UInt8]?
    ) throws -> [LuaNode] {
        let context = call.context
        let target = try NetworkTarget(call.text("url"))
        try context.grants.require(target.capability, of: context.owner)
        let options = call.isGiven("options") ? CompleteTable(call.table("options")) : nil
        let left = context.deadline.map { max(0, $0 - MonotonicClock().seconds) } ?? .infinity
        let request = NetworkRequest(
            method: method, url: call.text("url"),
            headers: try headers(options?.optionalInner("headers"), call, hasBody: body != nil),
            body: body,
            timeoutSeconds: min(
                options?.optionalNumber("timeout_s") ?? 30, max(0.001, left * shareOfTime)),
            mostBytes: options?.optionalInteger("max_bytes") ?? 8 << 20)
        try context.charge(512 + (body?.count ?? 0))
        do {
            let answer = try context.network.answer(request, grants: context.grants)
            context.trace?.exchanges.append(
                NetworkExchange(request: request, answer: .success(answer)))
            try context.charge(answer.body.count)
            return [.table(table(answer))]
        } catch let refusal as Refusal {
            context.trace?.exchanges.append(
                NetworkExchange(request: request, answer: .failure(refusal)))
            throw refusal
        }
    }

    private static func headers(
        _ given: CompleteTable?, _ call: BindingCall, hasBody: Bool
    ) throws -> [(name: String, value: String)] {
        var headers: [String: String] = hasBody ? ["content-type": "application/octet-stream"] : [:]
        for field in given?.table.fields ?? [] {
            guard case .string(let key) = field.key, case .string(let value) = field.value,
                let name = key.text?.lowercased(), let text = value.text
            else { continue }
            let isName = name.utf8.allSatisfy { (c: UInt8) in
                (c >= 97 && c <= 122) || (c >= 48 && c <= 57) || c == 45 || c == 95
            }
            guard isName, !name.isEmpty, text.utf8.allSatisfy({ $0 >= 32 && $0 != 127 }) else {
                throw call.fault("options.headers", "\"\(name)\" is no header that can be sent")
            }
            guard !ownHeaders.contains(name) else {
                throw call.fault(
                    "options.headers", "\"\(name)\" is not a script's to set; leave it out")
            }
            headers[name] = text
        }
        return headers.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
    }

    private static func table(_ answer: NetworkAnswer) -> LuaTable<LuaNode> {
        let headers = answer.headers.sorted { $0.key < $1.key }.map {
            LuaTable<LuaNode>.Field(
                key: .string(LuaString($0.key)), value: .string(LuaString($0.value)))
        }
        return LuaTable([
            "status": .integer(Int64(answer.status)),
            "body": .string(LuaString(bytes: answer.body)),
            "headers": .table(LuaTable(fields: headers)),
        ])
    }
}
