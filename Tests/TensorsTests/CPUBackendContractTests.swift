import Tensors
import TestSupport
import Testing

@Suite struct CPUBackendContractTests {
    @Test(arguments: BackendContract.laws)
    func holds(_ law: BackendLaw) throws {
        try law.check(CPUBackend.shared)
    }
}
