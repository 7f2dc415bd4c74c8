import CKernels

extension CPUBackend {
    public func columns(_ range: Range<Int>, of x: Tensor) -> Tensor {
        let (rows, width) = ShapeChecks.columns(range, of: x)
        let kind = x.computedKind
        let result = empty([rows, range.count], x.kind)
        compute(bytes: 2 * result.byteCount) {
            nj_take_columns(
                x.address, kind, width, range.lowerBound, result.address, rows, range.count)
        }
        return result
    }

    public func accumulate(_ x: Tensor, intoColumnsFrom column: Int, of target: Tensor) {
        let (rows, width, targetWidth) = ShapeChecks.accumulate(
            x, intoColumnsFrom: column, of: target)
        let kind = x.computedKind
        compute("accumulateColumns", bytes: 3 * x.byteCount) {
            nj_add_to_columns(x.address, kind, target.address, targetWidth, column, rows, width)
        }
    }

    public func scaleColumns(of x: Tensor, from column: Int, by factors: Tensor) {
        let (rows, width, count) = ShapeChecks.scaleColumns(of: x, from: column, by: factors)
        let kind = x.computedKind
        compute { nj_scale_columns(x.address, kind, width, column, factors.floats, rows, count) }
    }

    public func addColumnProducts(_ a: Tensor, _ b: Tensor, to sums: Tensor) {
        let (rows, width) = ShapeChecks.columnProducts(a, b, to: sums)
        let kind = a.computedKind
        compute(bytes: [a, b].byteCount) {
            nj_add_column_products(a.address, b.address, kind, sums.floats, rows, width)
        }
    }

    public func inverseRowNorms(of x: Tensor) -> Tensor {
        let (rows, width) = ShapeChecks.rowNorms(of: x)
        let kind = x.computedKind
        let norms = empty([rows], .f32)
        compute(bytes: x.byteCount) {
            nj_inverse_row_norms(x.address, kind, norms.floats, rows, width)
        }
        return norms
    }

    public func dropout(_ x: Tensor, rate: Float, key: UInt64, first: Int) -> Tensor {
        ShapeChecks.dropout(x, rate: rate, first: first)
        let kind = x.computedKind
        let result = empty(x.shape, x.kind)
        compute(bytes: [x, result].byteCount) {
            nj_dropout(
                x.address, result.address, kind, x.count, key, UInt64(first),
                UInt32(Dropout.least(rate: rate)), 1 / (1 - rate))
        }
        return result
    }
}
