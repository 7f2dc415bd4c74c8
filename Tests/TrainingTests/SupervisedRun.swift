import Corpora
import Foundation
import Optimizers
import Training
import Transformers

/// A small supervised run on made-up questions.
enum SupervisedRun {
    /// Lines of speaker and text, each closed by the end token; no generation blocks.
    static let template = """
        {% for m in messages %}{{ m.role + ': ' + m.content + eos_token }}{% endfor %}\
        {% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}
        """

    static func rows(_ numbers: Range<Int>) -> [String] {
        numbers.map { number in
            #"""
            {"messages": [{"role": "system", "content": "count"}, {"role": "user", "content": \#
            "\#(number)"}, {"role": "assistant", "content": "\#(number + 1)", "weight": 0.5}, \#
            {"role": "user", "content": "on"}, {"role": "assistant", "content": "\#(number + 2)"}]}
            """#
        }
    }

    static func source(_ name: String, _ rows: [String], share: Double = 0) -> Source {
        Source(
            name: name, place: .memory(rows),
            format: .conversations(Source.ConversationRows()), split: ValidationSplit(share: share))
    }

    static func make(steps: Int = 6) throws -> TinyRun {
        let run = try TinyRun(steps: steps)
        run.configuration.method = .supervised
        run.configuration.model = .new(
            ModelConfiguration(
                vocabularySize: 0, hiddenSize: 8, intermediateSize: 12, layerCount: 1,
                headCount: 2, keyValueHeadCount: 1, headSize: 4, maximumPositions: 128,
                tiesEmbeddings: true))
        run.configuration.chatTemplate = .text(template)
        run.configuration.packing = .whole
        run.configuration.sequenceLength = 128
        run.configuration.neftuneAlpha = 5
        run.configuration.data = [
            WeightedSource(source: source("counts", rows(0..<40), share: 0.1)),
            WeightedSource(
                source: source(
                    "plain",
                    (0..<20).map { #"{"prompt": "\#($0) + 1 = ", "completion": "\#($0 + 1)"}"# })),
        ]
        run.configuration.evaluation.sets = [source("large", rows(500..<505))]
        return run
    }
}
