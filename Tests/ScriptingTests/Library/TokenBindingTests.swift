import LuaRuntime
import Testing
import Tokenizers

@testable import Scripting

@Suite struct TokenBindingTests {
    @Test func idsAreTheTokenizersOwn() throws {
        let script = try LibraryScript()
        for text in ["", "Hi", "ä漢", "<|endoftext|>x"] {
            let ids = ByteTokenizer().encode(text)
            try script.give("text", .string(LuaString(text)))
            #expect(
                try script.values("nj.tokens.encode(given.text)")
                    == [.table(LuaTable(array: ids.map { .integer(Int64($0)) }))])
            #expect(
                try script.values("nj.tokens.decode(nj.tokens.encode(given.text))")
                    == [.string(LuaString(text))])
            #expect(
                try script.values("nj.tokens.count(given.text)") == [.integer(Int64(ids.count))])
        }
    }

    @Test func anyBytesSurvive() throws {
        let script = try LibraryScript()
        #expect(try script.say(#"nj.tokens.encode("\xff\0")"#) == ["{ 255, 0 }"])
        #expect(try script.say("nj.tokens.bytes(255)") == [#""\255""#])
    }

    @Test func theRunsTokenizerIsUsed() throws {
        let script = try LibraryScript()
        var trainer = try BytePairTrainer(.init(vocabularySize: 264))
        trainer.count("aaaaaaaa aab aab aaaaaaaa")
        script.context.tokenizer = try trainer.learn()
        #expect(try script.say("nj.tokens.count('aaaaaaaa')").first != "8")
        #expect(try script.say("nj.tokens.decode(nj.tokens.encode('aab aab'))") == [#""aab aab""#])
        #expect(try script.say("nj.tokens.truncate('aaaaaaaa', 1)").first?.hasPrefix("\"a") == true)
    }

    @Test(arguments: [
        ("nj.tokens.decode({ 1, 258 })", "ids[2]: integer 258 is no id of this tokenizer"),
        ("nj.tokens.decode({ -1 })", "ids[1]: expected an integer from 0"),
        ("nj.tokens.decode_all({ {}, { 999 } })", "lists[2][1]: integer 999 is no id"),
        ("nj.tokens.bytes(300)", "its ids are 0 to 257"),
        ("nj.tokens.encode(7)", "text: expected a string"),
    ])
    func misuseIsRaised(expression: String, sentence: String) throws {
        let message = try #require(try LibraryScript().misuse(expression))
        #expect(message.contains(sentence), "\(message)")
    }

    @Test func aTextIsCutAtTheEndOfACharacter() throws {
        let script = try LibraryScript()
        #expect(try script.say("nj.tokens.truncate('a漢', 3)") == [#""a""#])
        #expect(try script.say("nj.tokens.truncate('a漢', 4)") == ["\"a漢\""])
        #expect(try script.say("nj.tokens.truncate('abc', 0)") == [#""""#])
        #expect(try script.say(#"nj.tokens.truncate("\xff\xfe\xfd", 2)"#) == [#""\255\254""#])
    }
}
