import Foundation
import LuaRuntime
import Testing

@testable import Scripting

@Suite struct HTTPBindingTests {
    /// A plugin whose step start runs these lines and keeps what they return.
    private func answer(
        _ lines: String, grants: [String], seconds: Double = 10
    ) throws -> LuaValue {
        let folder = try RecipeFolder()
        try folder.write(
            "Plugins/caller/caller.lua",
            """
            local nj = require 'nightjar'
            return { name = 'caller', api = 1, summary = 'A test.',
              hooks = { on_step_start = function(ctx)
                local function go() \(lines) end
                ctx.state.answer = table.pack(go())
              end },
              curricula = { c = function(ctx) nj.http.get("http://127.0.0.1/") end },
            }
            """)
        let use = PluginUse(
            source: PluginSource(
                name: "caller", place: .folder(folder.path + "/Plugins/caller")),
            grants: Grants(try grants.map(Capability.init)))
        let unit = try PluginLoader(budget: .init(seconds: seconds)).load(use) { _ in }.unit
        if lines.isEmpty {
            _ = try unit.call(
                ScriptQuestion(
                    "curricula.c", ScriptDispatch.payload(LuaTable()), phase: .answer,
                    occasion: "1"))
        }
        _ = try unit.call(
            ScriptQuestion(
                "hooks.on_step_start", ScriptDispatch.payload(LuaTable()), phase: .hook,
                occasion: "1"))
        return try unit.memory().asTable?["state"]?.asTable?["answer"] ?? .nil
    }

    private func refusal(_ lines: String, grants: [String]) throws -> String {
        let error = #expect(throws: ScriptingError.self) { try answer(lines, grants: grants) }
        return try #require(error).message
    }

    private func text(_ answer: LuaValue, _ index: Int) -> String? {
        let array = answer.asTable?.array ?? []
        return index < array.count ? array[index].asText : answer.asTable?[.integer(2)]?.asText
    }

    @Test func aGrantedHostIsAskedAndAnswers() throws {
        let server = try LoopbackServer { request in
            LoopbackServer.answer(
                request.contains("POST") ? "got it" : "hello",
                status: request.contains("/none") ? "404 Not Found" : "200 OK",
                headers: ["X-Mood: Bright"])
        }
        defer { server.stop() }
        let base = "http://127.0.0.1:\(server.port)"
        let answer = try answer(
            """
            local a = nj.http.get("\(base)/a?b=1", { headers = { ["X-Key"] = "k" } })
            local b = nj.http.post("\(base)/b", "a\\0b",
              { headers = { ["Content-Type"] = "text/x" } })
            local c = nj.http.get("\(base)/none")
            return a.status, a.body, a.headers["x-mood"], b.body, c.status
            """, grants: ["network:127.0.0.1:\(server.port)"])
        #expect(answer.asTable?.array == [200, "hello", "Bright", "got it", 404])
        #expect(server.requests.count == 3)
        #expect(server.requests[0].hasPrefix("GET /a?b=1 HTTP/1.1\r\n"))
        #expect(server.requests[0].lowercased().contains("x-key: k"))
        #expect(server.requests[1].hasSuffix("\r\n\r\na\0b"))
        #expect(server.requests[1].lowercased().contains("content-type: text/x"))
    }

    @Test func nothingIsKeptBetweenRequests() throws {
        let server = try LoopbackServer { _ in
            LoopbackServer.answer(
                "x", headers: ["Set-Cookie: a=b; Path=/", "Cache-Control: max-age=1000"])
        }
        defer { server.stop() }
        let url = "http://127.0.0.1:\(server.port)/"
        _ = try answer(
            "nj.http.get('\(url)') nj.http.get('\(url)')",
            grants: ["network:127.0.0.1:\(server.port)"])
        #expect(server.requests.count == 2)
        #expect(!server.requests.contains { $0.lowercased().contains("cookie") })
    }

    @Test func whatIsNotGrantedIsRefusedByName() throws {
        #expect(
            try refusal("nj.http.get('http://127.0.0.1:81/')", grants: ["network:127.0.0.1"])
                .contains("caller was not granted \"network:127.0.0.1:81\""))
        #expect(
            try refusal("nj.http.get('http://LOCALHOST/')", grants: ["network:127.0.0.1", "clock"])
                .contains("caller was not granted \"network:localhost\""))
        #expect(
            try refusal("nj.http.get('https://a.example.org/')", grants: ["network:example.org"])
                .contains("not granted"))
    }

    @Test(arguments: [
        ("nj.http.get('ftp://h/')", "\"ftp\" is not supported; write http or https"),
        ("nj.http.get('file:///etc/passwd')", "\"file\" is not supported"),
        ("nj.http.get('http://a:b@h/')", "name and password is refused"),
        ("nj.http.get('nonsense')", "is no address"),
        ("nj.http.get('http://[::1]/')", "names no host"),
        ("nj.http.get('http://h/', { headers = { Host = 'x' } })", "not a script's to set"),
        ("nj.http.get('http://h/', { headers = { a = 'x\\r\\nb: c' } })", "no header"),
        ("nj.http.get('http://h/', { timeout = 3 })", "did you mean"),
        ("nj.http.post('http://h/')", "body"),
    ])
    func misuseIsRefused(call: String, sentence: String) throws {
        let message = try refusal(call, grants: ["network:h"])
        #expect(message.contains(sentence), "\(message)")
    }

    @Test func functionsThatAreAskedForAnAnswerHaveNoNetwork() throws {
        #expect(try refusal("", grants: ["network:127.0.0.1"]).contains("may not be called"))
    }

    @Test func redirectsLeadToGrantedHostsOnly() throws {
        let server = try LoopbackServer { request in
            func redirect(_ target: String) -> String {
                LoopbackServer.answer("", status: "302 Found", headers: ["Location: \(target)"])
            }
            if request.contains(" /near ") { return redirect("/there") }
            if request.contains(" /far ") { return redirect("http://localhost:1/") }
            if request.contains(" /file ") { return redirect("file:///etc/passwd") }
            if request.contains(" /round ") { return redirect("/round") }
            return LoopbackServer.answer("there")
        }
        defer { server.stop() }
        func get(_ path: String) throws -> LuaValue {
            try answer(
                """
                local a, message = nj.http.get("http://127.0.0.1:\(server.port)/\(path)")
                return a and a.body or "none", message
                """, grants: ["network:127.0.0.1:\(server.port)"])
        }
        #expect(try text(get("near"), 0) == "there")
        let far = try get("far")
        #expect(text(far, 0) == "none")
        #expect(text(far, 1)?.contains("redirects to localhost, which is not granted") == true)
        #expect(try text(get("file"), 1)?.contains("to what is no web address") == true)
        #expect(try text(get("round"), 1)?.contains("more than 5 times") == true)
    }

    @Test func anAnswerThatIsTooLongIsAFailure() throws {
        let server = try LoopbackServer { _ in
            LoopbackServer.answer(String(repeating: "x", count: 100_000))
        }
        defer { server.stop() }
        let answer = try answer(
            """
            local a, message = nj.http.get("http://127.0.0.1:\(server.port)/", { max_bytes = 1000 })
            return tostring(a), message
            """, grants: ["network:127.0.0.1:\(server.port)"])
        #expect(text(answer, 0) == "nil")
        #expect(text(answer, 1) == "127.0.0.1: its answer has more than 1000 bytes")
    }

    @Test(arguments: [("timeout_s = 0.2", 10.0), ("timeout_s = 30", 0.6)])
    func aHostThatDoesNotAnswerTakesNoMoreThanTheCallHas(
        option: String, seconds: Double
    ) throws {
        let server = try LoopbackServer { _ in
            Thread.sleep(forTimeInterval: 2)
            return LoopbackServer.answer("late")
        }
        defer { server.stop() }
        let answer = try answer(
            """
            local a, message = nj.http.get("http://127.0.0.1:\(server.port)/", { \(option) })
            return tostring(a), message
            """, grants: ["network:127.0.0.1:\(server.port)"], seconds: seconds)
        #expect(text(answer, 0) == "nil")
        #expect(text(answer, 1)?.hasPrefix("127.0.0.1: it did not answer in 0.") == true)
    }

    @Test func aClosedPortIsToldByName() throws {
        let server = try LoopbackServer { _ in "" }
        let port = server.port
        server.stop()
        let answer = try answer(
            "local a, message = nj.http.get('http://127.0.0.1:\(port)/') return 'x', message",
            grants: ["network:127.0.0.1:\(port)"])
        #expect(text(answer, 1) == "127.0.0.1: it cannot be connected to")
    }

    @Test(arguments: [
        ("network:Example.ORG", "network:example.org"),
        ("network:127.0.0.1:8080", "network:127.0.0.1:8080"),
    ])
    func hostsAreGrantedByName(text: String, shown: String) throws {
        #expect(try Capability(text).description == shown)
    }

    @Test(arguments: [
        "network:", "network", "network:a:0", "network:a:b", "network:a:70000", "network:*",
        "network:a/b", "network:a:1:2",
    ])
    func whatNamesNoHostIsRefused(text: String) {
        #expect(throws: ShapeFault.self) { try Capability(text) }
    }

    @Test(arguments: [
        ("http://H.org", "http://h.org:80/"), ("https://h/a b?c=d#e", "https://h:443/a%20b?c=d"),
        ("HTTP://h:8080/%2e%2e/x", "http://h:8080/%2e%2e/x"),
    ])
    func whatIsCheckedIsWhatIsAsked(text: String, wire: String) throws {
        #expect(try NetworkTarget(text).address == wire)
    }

    @Test(arguments: [
        "http://h\\@evil.org/", "http://h@evil.org/", "http://h:80@evil.org/", "http://h%00/",
        "http://h%2eorg/", "//h/", "http:///x", "http://h:99999/",
    ])
    func addressesThatTwoMightReadDifferentlyAreRefused(text: String) {
        if let target = try? NetworkTarget(text) {
            // What is let through at all names one host, and that one is asked.
            #expect(URL(string: target.address)?.host == target.host && target.host.hasPrefix("h"))
        }
    }

    /// What a hostile or broken server says is an answer or a refusal, whatever it says.
    @Test(arguments: [
        ("200 OK", "Content-Length: 9223372036854775807", "nil", "has more than"),
        ("200 OK", "Content-Length: 9223372036854775806", "nil", "has more than"),
        ("200 OK", "Content-Length: -1", "nil", "127.0.0.1: "),
        ("401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"", "401", nil),
        ("302 Found", "Location: ", "nil", "to what is no web address"),
        ("302 Found", "Location: \\\\127.0.0.1:1/x", "nil", "to what is no web address"),
        ("302 Found", "Location: http://[::1]/", "nil", "to what is no web address"),
        ("302 Found", "Location: http://127.0.0.1:99999999999999999999/", "nil", "127.0.0.1: "),
    ])
    func noHeaderIsTooMuch(status: String, header: String, shown: String, part: String?) throws {
        let server = try LoopbackServer { _ in
            "HTTP/1.1 \(status)\r\n\(header)\r\nConnection: close\r\n\r\n"
        }
        defer { server.stop() }
        let answer = try answer(
            """
            local a, message = nj.http.get("http://127.0.0.1:\(server.port)/")
            return a and a.status or "nil", message
            """, grants: ["network:127.0.0.1:\(server.port)"])
        let first = try #require(answer.asTable?.array.first ?? answer)
        #expect(first == .string(LuaString(shown)) || first == .integer(Int64(shown) ?? -1))
        if let part { #expect(text(answer, 1)?.contains(part) == true, "\(answer)") }
    }

    @Test func environmentVariablesSendNothingElsewhere() throws {
        let server = try LoopbackServer { _ in LoopbackServer.answer("direct") }
        defer { server.stop() }
        setenv("http_proxy", "http://127.0.0.1:1", 0)
        defer { unsetenv("http_proxy") }
        let answer = try answer(
            "return nj.http.get('http://127.0.0.1:\(server.port)/').body, 1",
            grants: ["network:127.0.0.1:\(server.port)"])
        #expect(answer.asTable?.array.first == "direct")
    }
}
