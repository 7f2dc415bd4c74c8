/// What every backend asks of its operands before it computes.
///
/// Each check traps with a sentence where the shapes or kinds do not fit, and otherwise returns the
/// sizes in the legend of `Backend`. They read no elements, so they cost the same on any device.
enum ShapeChecks {
    /// Traps with `sentence` unless `condition` holds.
    ///
    /// `fatalError` rather than `precondition`, because optimised builds keep its sentence.
    static func require(
        _ condition: Bool, _ sentence: @autoclosure () -> String, file: StaticString = #fileID,
        line: UInt = #line
    ) {
        if !condition { fatalError(sentence(), file: file, line: line) }
    }

    /// The kind of what stays unrounded beside operands of `kind`: statistics, losses and weight
    /// gradients are `f32`, or `f64` where the operands are.
    static func accumulationKind(beside kind: ElementKind) -> ElementKind {
        kind == .f64 ? .f64 : .f32
    }

    static func rowMajor(_ tensors: Tensor..., in operation: String) {
        for tensor in tensors {
            require(
                tensor.layout == .rowMajor,
                "\(operation) reads row-major tensors, not \(describe(tensor)).")
        }
    }

    static func floating(_ tensors: Tensor..., in operation: String) {
        for tensor in tensors {
            require(
                tensor.kind.isFloatingPoint && tensor.layout == .rowMajor,
                "\(operation) computes with row-major real numbers, not with \(describe(tensor)).")
        }
    }

    static func sameShape(_ a: Tensor, _ b: Tensor, in operation: String) {
        require(
            a.shape == b.shape,
            "\(operation) needs equal shapes, not \(a.shape) and \(b.shape).")
    }

    static func sameCount(_ a: Tensor, _ b: Tensor, in operation: String) {
        require(
            a.count == b.count,
            "\(operation) needs as many elements on both sides, not \(a.shape) and \(b.shape).")
    }

    static func sameKind(_ tensors: Tensor..., in operation: String) {
        for tensor in tensors.dropFirst() {
            require(
                tensor.kind == tensors[0].kind,
                "\(operation) needs operands of one kind, not \(describe(tensors[0])) "
                    + "and \(describe(tensor)).")
        }
    }

    static func shape(_ tensor: Tensor, _ shape: Shape, _ name: String, in operation: String) {
        require(
            tensor.shape == shape,
            "\(operation) needs \(name) of shape \(shape), not \(tensor.shape).")
    }

    static func kind(_ tensor: Tensor, _ kind: ElementKind, _ name: String, in operation: String) {
        require(
            tensor.kind == kind && tensor.layout == .rowMajor,
            "\(operation) needs row-major \(name) of \(kind.rawValue), not \(describe(tensor)).")
    }

    static func describe(_ tensor: Tensor) -> String {
        switch tensor.layout {
        case .rowMajor: "\(tensor.kind.rawValue) \(tensor.shape)"
        case .packed: "packed \(tensor.kind.rawValue) \(tensor.shape)"
        case .quantized: "8-bit \(tensor.shape)"
        case .cache: "a cache of \(tensor.kind.rawValue) \(tensor.shape)"
        }
    }
}
