import Glibc

/// What the process has taken from the machine so far.
public struct ResourceUsage: Hashable, Sendable {
    /// The most memory that was resident at once, MiB.
    public let peakResidentMiB: Double
    /// The memory resident now, MiB.
    public let residentMiB: Double
    /// Seconds of processor time in the program, over all threads.
    public let userSeconds: Double
    /// Seconds of processor time in the system on its behalf, over all threads.
    public let systemSeconds: Double

    /// Asks the system.
    public static func now() -> ResourceUsage {
        var usage = rusage()
        getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        let status = statusKiB()
        // getrusage's peak may be that of the program that started this one, so it comes second.
        let peak = status["VmHWM"] ?? Double(usage.ru_maxrss)
        return ResourceUsage(
            peakResidentMiB: peak / 1024,
            residentMiB: (status["VmRSS"] ?? peak) / 1024,
            userSeconds: seconds(usage.ru_utime),
            systemSeconds: seconds(usage.ru_stime))
    }

    private static func seconds(_ time: timeval) -> Double {
        Double(time.tv_sec) + Double(time.tv_usec) / 1e6
    }

    /// The memory lines of /proc/self/status; empty where there is no such file.
    private static func statusKiB() -> [String: Double] {
        let descriptor = open("/proc/self/status", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [:] }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 8192)
        let count = read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return [:] }
        var values: [String: Double] = [:]
        let text = String(decoding: buffer.prefix(count), as: UTF8.self)
        for line in text.split(separator: "\n") {
            let words = line.split(whereSeparator: { $0 == ":" || $0 == "\t" || $0 == " " })
            if words.count == 3, words[2] == "kB" { values[String(words[0])] = Double(words[1]) }
        }
        return values
    }
}
