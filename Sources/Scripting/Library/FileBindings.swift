import Foundation
import LuaRuntime

/// `nj.file` and `nj.env`: what a script may read of the machine, where the recipe grants it.
enum FileBindings {
    private static let phases: Set<ScriptPhase> = [.load, .hook, .program, .test]
    /// A file larger than this is no configuration or word list.
    private static let mostBytes = 64 << 20

    static let all: [Binding] = [
        Binding(
            "file.load", [Field("path", .text, .required, "a file below a granted path")],
            gives: [Field("bytes", .bytes, .none, "the contents; nil and a message on failure")],
            phases: phases,
            doc: "Reads a whole file. Needs the capability \"files:read:PATH\" for the file or a "
                + "folder above it."
        ) { call in
            let given = call.text("path")
            guard let path = resolved(given) else {
                // Whether a file outside the grants exists is nobody's business either.
                try call.context.grants.require(
                    .readFiles(absolute(given)), of: call.context.owner)
                return [.nil, .string(LuaString("\(given): there is no such file"))]
            }
            try call.context.grants.require(.readFiles(path), of: call.context.owner)
            return [.string(LuaString(bytes: try contents(of: path, as: given)))]
        },
        Binding(
            "env.get", [Field("name", .text, .required, "the variable's name")],
            gives: [Field("value", .bytes, .none, "nil where it is not set")],
            phases: phases,
            doc: "Gives an environment variable. Needs the capability \"env:NAME\"."
        ) { call in
            let name = call.text("name")
            try call.context.grants.require(.environment(name), of: call.context.owner)
            return [getenv(name).map { .string(LuaString(String(cString: $0))) } ?? .nil]
        },
    ]

    /// The path with links followed, so that none leads out of a granted folder.
    private static func resolved(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    private static func absolute(_ path: String) -> String {
        URL(fileURLWithPath: path).standardizedFileURL.path
    }

    private static func contents(of path: String, as given: String) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
        guard descriptor >= 0 else {
            throw Refusal("\(given) cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw Refusal("\(given) is not a regular file")
        }
        guard status.st_size <= mostBytes else {
            throw Refusal("\(given) has \(status.st_size) bytes; at most \(mostBytes) are read")
        }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeMutableBytes {
                read(descriptor, $0.baseAddress! + done, $0.count - done)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            done += count
        }
        return Array(bytes[..<done])
    }
}
