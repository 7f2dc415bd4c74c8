/// Writes JSON in the order it is told, one member or element a line.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    private var depth = 0
    private var needsComma = false

    mutating func object(_ body: (inout JSONWriter) -> Void) {
        open("{")
        body(&self)
        close("}")
    }

    mutating func array<Element>(
        _ elements: [Element], _ body: (inout JSONWriter, Element) -> Void
    ) {
        open("[")
        for element in elements {
            separate()
            body(&self, element)
        }
        close("]")
    }

    mutating func arrayOfObjects(_ bodies: [(inout JSONWriter) -> Void]) {
        array(bodies) { $0.object($1) }
    }

    /// Null, the one object, or a `Sequence` of them under `list`.
    mutating func sequence<Element>(
        _ elements: [Element], list: String, _ body: (inout JSONWriter, Element) -> Void
    ) {
        switch elements.count {
        case 0: null()
        case 1: object { body(&$0, elements[0]) }
        default:
            object { json in
                json.member("type", "Sequence")
                json.key(list)
                json.array(elements) { json, element in json.object { body(&$0, element) } }
            }
        }
    }

    mutating func key(_ name: String) { key(Array(name.utf8)) }

    mutating func key(_ name: [UInt8]) {
        separate()
        string(name)
        bytes.append(contentsOf: ": ".utf8)
    }

    mutating func member(_ name: String, _ value: String) { member(name, Array(value.utf8)) }

    mutating func member(_ name: String, _ value: [UInt8]) {
        key(name)
        string(value)
    }

    mutating func member(_ name: String, _ value: Int) {
        key(name)
        integer(value)
    }

    mutating func member(_ name: String, _ value: Bool) {
        key(name)
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    mutating func memberNull(_ name: String) {
        key(name)
        null()
    }

    mutating func null() { bytes.append(contentsOf: "null".utf8) }

    mutating func integer(_ value: Int) { bytes.append(contentsOf: String(value).utf8) }

    mutating func string(_ value: [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(UInt8(ascii: "\""))
        for byte in value {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20:
                bytes.append(contentsOf: "\\u00".utf8)
                bytes.append(digits[Int(byte >> 4)])
                bytes.append(digits[Int(byte & 15)])
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func open(_ bracket: StaticString) {
        bytes.append(bracket.utf8Start[0])
        depth += 1
        needsComma = false
    }

    private mutating func close(_ bracket: StaticString) {
        depth -= 1
        if needsComma { newLine() }
        bytes.append(bracket.utf8Start[0])
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        newLine()
        needsComma = true
    }

    private mutating func newLine() {
        bytes.append(0x0A)
        bytes.append(contentsOf: repeatElement(0x20, count: 2 * depth))
    }
}
