/// Where measurements go.
public protocol MetricSink: Sendable {
    /// Takes one record. Throws where it cannot be kept; earlier ones are unharmed.
    func record(_ record: MetricRecord) throws

    /// Makes what was taken survive a power cut, where the sink keeps anything.
    func synchronize() throws
}
