import TestSupport
import Testing

@testable import Preparation

@Suite struct PersonalDataTests {
    private func replaced(_ text: String) -> String {
        guard case .rewrite(let bytes, _) = PersonalDataFilter().verdict(on: text) else {
            return text
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(arguments: [
        ("Write to jane.doe+x@mail.example.co.uk.", "Write to <EMAIL>."),
        ("a@b.de, c_d@e-f.org;", "<EMAIL>, <EMAIL>;"),
        ("(mailto:who@example.com)", "(mailto:<EMAIL>)"),
        ("Call +49 30 1234567 or 0049-30-1234567.", "Call <PHONE> or <PHONE>."),
        ("Call (212) 555-0123, 212-555-0123 or 1-212-555-0123", "Call <PHONE>, <PHONE> or <PHONE>"),
        ("at 192.168.0.1:80 and 10.0.0.255.", "at <IP>:80 and <IP>."),
        ("from 2001:db8::1, fe80::1ff:fe23:4567:890a or ::1.", "from <IP>, <IP> or <IP>."),
        ("card 4111 1111 1111 1111, 378282246310005", "card <CARD>, <CARD>"),
        ("5555-5555-5555-4444 and 4012888888881881", "<CARD> and <CARD>"),
        ("IBAN DE89 3704 0044 0532 0130 00.", "IBAN <IBAN>."),
        ("GB82WEST12345698765432; FR1420041010050500013M02606", "<IBAN>; <IBAN>"),
    ])
    func dataOfPeopleIsReplaced(text: String, expected: String) {
        #expect(replaced(text) == expected)
    }

    @Test(arguments: [
        "user@localhost, @handle, a@b, x@.org, me@site.c0", "12:30:45, 1:2, std::vector, a::b",
        "version 1.2.3.4.5, 256.1.1.1, 1.2.3", "4111 1111 1111 1112, 1234567890123456",
        "DE89370400440532013001, DE12, XX89370400440532013000", "1,234,567 in 2020-2021",
        "ISBN 978-3-16-148410-0", "+1 and +12 345", "no data at all", "", "555-0123",
    ])
    func whatOnlyLooksAlikeStays(text: String) {
        #expect(replaced(text) == text)
    }

    @Test func onlyWhatIsAskedForIsFoundAndCounted() {
        let text = "a@b.de 10.0.0.1 a@b.de"
        let filter = PersonalDataFilter(kinds: [.email])
        #expect(
            filter.verdict(on: text)
                == .rewrite(Array("<EMAIL> 10.0.0.1 <EMAIL>".utf8), counts: ["email": 2]))
        let drop = PersonalDataFilter(action: .drop)
        guard case .drop(let reason) = drop.verdict(on: text) else {
            Issue.record("not dropped")
            return
        }
        // What was found is counted, never shown.
        #expect(reason.detail == "2 email, 1 ip")
    }

    @Test func checkDigitsFindEverySingleSlip() {
        let card: [UInt8] = [4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]
        #expect(PersonalNumbers.luhn(card))
        for place in card.indices {
            for digit in UInt8(0)...9 where digit != card[place] {
                var wrong = card
                wrong[place] = digit
                #expect(!PersonalNumbers.luhn(wrong))
            }
        }
        let iban = Array("DE89370400440532013000".utf8)
        #expect(PersonalNumbers.isIBAN(iban))
        for place in 2..<iban.count {
            for digit in UInt8(0x30)...0x39 where digit != iban[place] {
                var wrong = iban
                wrong[place] = digit
                #expect(!PersonalNumbers.isIBAN(wrong))
            }
        }
    }

    /// Whatever the bytes are, what is found is in order, apart, and within the text.
    @Test func anyTextIsReadWithoutHarm() {
        var random = SplitMix64(seed: 4)
        let alphabet = Array("0123456789+-.:@() aFgDE/_".utf8) + Array("é漢".utf8)
        for _ in 0..<3000 {
            let text = (0..<random.integer(in: 0..<60)).map { _ in
                alphabet[random.integer(in: 0..<alphabet.count)]
            }
            text.withUnsafeBufferPointer { bytes in
                let found = PersonalDataScan(bytes, Set(PersonalDataFilter.Kind.allCases)).found
                var end = 0
                for item in found {
                    #expect(item.range.lowerBound >= end && item.range.upperBound <= text.count)
                    #expect(!item.range.isEmpty)
                    end = item.range.upperBound
                }
            }
        }
    }
}
