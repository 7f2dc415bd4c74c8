import CKernels

extension CPUBackend {
    public func quantized(_ weight: Tensor) -> Tensor {
        let (rows, columns) = ShapeChecks.quantized(weight)
        let kind = weight.computedKind
        return compute {
            let storage = pool.storage(byteCount: nj_quantized_bytes(rows, columns))
            nj_quantize(weight.address, kind, rows, columns, storage.address)
            return Tensor(
                shape: weight.shape, kind: weight.kind, layout: .quantized, backend: self,
                storage: storage)
        }
    }

    public func dequantized(_ weight: Tensor, to kind: ElementKind) -> Tensor {
        let (rows, columns) = ShapeChecks.dequantized(weight, to: kind)
        let result = empty(weight.shape, kind)
        let resultKind = result.computedKind
        compute {
            nj_dequantize(weight.address, rows, columns, result.address, resultKind)
        }
        return result
    }
}

extension Tensor {
    /// The kind of a product's operand as its elements lie.
    var productKind: nj_kind { layout == .quantized ? NJ_I8 : computedKind }
}
