/// The shared course of decaying schedules: where between warmup and end a position lies.
struct Decay {
    var warmup: ScheduleLength

    /// - Returns: the warmup factor while it lasts; then the share of the rest that is behind.
    func course(at position: SchedulePosition) -> (warmup: Double, decay: Double) {
        let rise = warmup.progress(at: position)
        if rise < 1 { return (rise, 0) }
        let begin = warmup.share(of: position)
        guard begin < 1 else { return (1, 1) }
        return (1, min(1, max(0, (position.progress - begin) / (1 - begin))))
    }
}
