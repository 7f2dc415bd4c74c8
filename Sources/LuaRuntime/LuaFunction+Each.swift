import CLuaShim

extension LuaFunction {
    /// Calls the function once for each item, in one crossing, and gives its first result for each.
    ///
    /// Every call has the budget to itself. An item whose call fails gives its error and does not
    /// touch the others; so does an item that cannot cross (nested too deep, NaN as a key).
    public func callEach(
        _ items: some Collection<LuaValue>, budget: Budget? = nil
    ) -> [Result<LuaValue, LuaError>] {
        precondition(items.count < UInt32.max, "a batch has fewer than 2^32 items")
        njl_batch_begin(state.context, items.count)
        var results = state.callEach(self, items, budget: budget)
        while results.count < items.count {
            results.append(.failure(state.failure(Int32(NJL_LOST), budget: budget ?? state.budget)))
        }
        return results
    }

    /// The same, but ends early where the state is given up, and where another worker took items
    /// from the end: what is left is for others. The batch was begun before.
    func callSome(
        _ items: some Collection<LuaValue>, budget: Budget
    ) -> [Result<LuaValue, LuaError>] {
        state.callEach(self, items, budget: budget)
    }
}

extension LuaState {
    fileprivate func callEach(
        _ function: LuaFunction, _ items: some Collection<LuaValue>, budget: Budget?
    ) -> [Result<LuaValue, LuaError>] {
        checkThread()
        let budget = budget ?? self.budget
        var results: [Result<LuaValue, LuaError>] = []
        results.reserveCapacity(items.count)
        var writer = takeWriter()
        defer { giveBack(writer) }
        var refused: [Int: LuaError] = [:]
        let ends = write(items, to: &writer, &refused)

        var done = 0
        while true {
            let first = done
            let result = njl_call_many(
                context, function.reference, writer.bytes, ends, budget.wire, &done)
            if let bytes = njl_batch(context) {
                var reader = WireReader(bytes, state: nil)
                for index in first..<done {
                    results.append(refused[index].map { .failure($0) } ?? .success(reader.value()))
                }
            } else {
                // No call has ended well yet: what was passed over are items that cannot cross.
                for index in first..<done {
                    guard let error = refused[index] else {
                        preconditionFailure("a call that ended well has a result")
                    }
                    results.append(.failure(error))
                }
            }
            guard result != NJL_OK, result != NJL_LOST else { break }
            results.append(.failure(failure(result, budget: budget)))
            done += 1
        }
        dropDeadObjects()
        return results
    }

    /// Writes an argument list for each item, and notes where each ends; an item that cannot cross
    /// has an empty one.
    private func write(
        _ items: some Collection<LuaValue>, to writer: inout WireWriter,
        _ refused: inout [Int: LuaError]
    ) -> [Int] {
        var ends: [Int] = []
        ends.reserveCapacity(items.count)
        writer.begin()
        for item in items {
            let before = writer.count
            do {
                writer.beginAnother(count: 1)
                try writer.put(item)
            } catch {
                refused[ends.count] =
                    error as? LuaError ?? LuaError(kind: .type, message: "\(error)")
                writer.truncate(to: before)
            }
            ends.append(writer.count)
        }
        return ends
    }
}
