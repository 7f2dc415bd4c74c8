public import Tensors
public import Training

/// What a program stands on: the machine, and where its words go.
public struct ProgramHost {
    /// Where tensors live and are computed with.
    public var backend: any Backend
    /// Where tokenized corpora are kept.
    public var cacheFolder: String
    /// Where the machine's speed is remembered.
    public var speeds: SpeedStore?
    /// Where relative run folders begin; nil for the process's working folder.
    public var workingFolder: String?
    /// The folder that `nj.file.save` writes below; nil refuses to write.
    public var outputFolder: String?
    /// The most that the script's own values may hold.
    public var memoryBytes: Int
    /// Makes what watches a run, by the run's name and whether it is to be quiet.
    public var observer: (_ name: String, _ isQuiet: Bool) -> any RunObserver
    /// Receives the lines that the script prints.
    public var print: (String) -> Void
    /// Receives what scripts log.
    public var log: (ScriptLogLine) -> Void
    /// Receives sentences about the program itself.
    public var remark: (String) -> Void

    /// A host on a backend; 2 GiB for the script's values, and nobody who listens.
    public init(
        backend: any Backend, cacheFolder: String,
        observer: @escaping (_ name: String, _ isQuiet: Bool) -> any RunObserver
    ) {
        self.backend = backend
        self.cacheFolder = cacheFolder
        self.observer = observer
        memoryBytes = 2 << 30
        print = { _ in }
        log = { _ in }
        remark = { _ in }
    }
}
