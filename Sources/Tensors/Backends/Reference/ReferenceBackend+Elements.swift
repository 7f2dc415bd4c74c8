/// Every operation reads its operands into `Double` and rounds what it made once, here.
extension ReferenceBackend {
    /// The elements, exactly.
    func values(of tensor: Tensor) -> [Double] {
        check(tensor)
        let address = tensor.address
        switch tensor.kind {
        case .f32:
            return read(Float.self, address, tensor.count) { Double($0) }
        case .bf16:
            return read(UInt16.self, address, tensor.count) { Double(bfloat16: $0) }
        case .i32:
            return read(Int32.self, address, tensor.count) { Double($0) }
        case .f64:
            return read(Double.self, address, tensor.count) { $0 }
        }
    }

    /// Ids, positions or starts.
    func integers(of tensor: Tensor) -> [Int] {
        check(tensor)
        return read(Int32.self, tensor.address, tensor.count) { Int($0) }
    }

    /// Overwrites a tensor, rounding to its kind.
    func store(_ values: [Double], in tensor: Tensor) {
        check(tensor)
        ShapeChecks.require(
            values.count == tensor.count,
            "\(values.count) numbers do not fill \(ShapeChecks.describe(tensor)).")
        let address = tensor.address
        switch tensor.kind {
        case .f32: write(values, address) { Float($0) }
        case .bf16: write(values, address) { $0.bfloat16 }
        case .i32: write(values, address) { Int32($0.rounded(.toNearestOrEven)) }
        case .f64: write(values, address) { $0 }
        }
    }

    /// A new tensor of numbers rounded to `kind`.
    func tensor(_ values: [Double], _ shape: Shape, _ kind: ElementKind) -> Tensor {
        let tensor = empty(shape, kind)
        store(values, in: tensor)
        return tensor
    }

    private func check(_ tensor: Tensor) {
        ShapeChecks.require(
            tensor.backend is ReferenceBackend && tensor.layout == .rowMajor,
            "The reference backend computes only with its own tensors.")
    }

    private func read<Element, Value>(
        _ type: Element.Type, _ address: UnsafeMutableRawPointer, _ count: Int,
        _ convert: (Element) -> Value
    ) -> [Value] {
        let elements = UnsafeBufferPointer(
            start: UnsafePointer(address.assumingMemoryBound(to: Element.self)), count: count)
        return elements.map(convert)
    }

    private func write<Element>(
        _ values: [Double], _ address: UnsafeMutableRawPointer, _ convert: (Double) -> Element
    ) {
        let elements = address.assumingMemoryBound(to: Element.self)
        for (index, value) in values.enumerated() { elements[index] = convert(value) }
    }
}

extension Double {
    /// The number whose upper half of an `f32` is `bits`.
    init(bfloat16 bits: UInt16) {
        self = Double(Float(bitPattern: UInt32(bits) << 16))
    }

    /// The nearest bf16, ties to even, rounded once.
    ///
    /// Rounding to `Float` first and to bf16 then would round some ties twice. So the number is
    /// first cut to a `Float` whose last bit says whether anything was cut off (round to odd),
    /// which leaves the second rounding as the only one that decides.
    var bfloat16: UInt16 {
        if isNaN { return UInt16(truncatingIfNeeded: Float(self).bitPattern >> 16) | 0x0040 }
        var cut = Float(self)
        if Double(cut) != self {
            if Double(cut.magnitude) > magnitude { cut = Float(bitPattern: cut.bitPattern - 1) }
            cut = Float(bitPattern: cut.bitPattern | 1)
        }
        let bits = cut.bitPattern
        return UInt16(truncatingIfNeeded: (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16)
    }
}
