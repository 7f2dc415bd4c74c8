import Foundation
import Testing

@testable import Scripting

@Suite struct ResolvedValueTests {
    let folder: RecipeFolder

    init() throws { folder = try RecipeFolder() }

    @Test func everyDefaultIsFilledInInAFixedOrder() throws {
        let loaded = try folder.load(
            """
            local nj = require "nightjar"
            return nj.recipe {
              steps = 5, model = "texts",
              data = nj.data.mix {
                verse = { weight = 2, nj.data.folder { path = "texts/poems" } },
                book = nj.data.text { path = "texts/book.txt" },
              },
              schedule = function(progress)
                return 1
              end,
              on = { bad_row = "stop" },
            }
            """, overrides: ["seed=3"])
        #expect(
            loaded.resolved.json == """
                {
                  "name": "recipe",
                  "seed": 3,
                  "out": "runs/recipe",
                  "stage": "pre",
                  "method": "lm",
                  "model": {
                    "from": "texts",
                    "lora": null,
                    "continue": false
                  },
                  "teacher": null,
                  "preference": null,
                  "rollouts": null,
                  "tokenizer": "model",
                  "data": {
                    "kind": "mix",
                    "unit": "tokens",
                    "strict": false,
                    "book": {
                      "kind": "text",
                      "weight": 1.0,
                      "max_epochs": null,
                      "path": "texts/book.txt",
                      "split": "file",
                      "invalid_utf8": "replace",
                      "max_document_bytes": null,
                      "validation": 0.05,
                      "licence": null,
                      "description": null
                    },
                    "verse": {
                      "kind": "folder",
                      "weight": 2.0,
                      "max_epochs": null,
                      "path": "texts/poems",
                      "pattern": [
                        "*.txt",
                        "*.jsonl",
                        "*.ndjson"
                      ],
                      "field": null,
                      "difficulty": null,
                      "bad_row": "stop",
                      "max_bad_rows": null,
                      "invalid_utf8": "replace",
                      "max_document_bytes": null,
                      "validation": 0.05,
                      "licence": null,
                      "description": null
                    }
                  },
                  "chat_template": "model",
                  "sequence_length": 512,
                  "packing": "chunk",
                  "batch": {
                    "size": 8,
                    "micro": "auto"
                  },
                  "steps": 5,
                  "precision": "auto",
                  "recompute": false,
                  "neftune_alpha": null,
                  "optimizer": {
                    "kind": "adamw",
                    "lr": 0.0003,
                    "beta1": 0.9,
                    "beta2": 0.95,
                    "epsilon": 1e-08,
                    "weight_decay": 0.1
                  },
                  "schedule": "function recipe.lua:8",
                  "gradient_clip": 1.0,
                  "evaluate": {
                    "every_steps": null,
                    "batches": 16,
                    "sets": null
                  },
                  "probes": {
                    "every_steps": null
                  },
                  "checkpoint": {
                    "every_steps": null,
                    "keep_last": 2,
                    "keep_best": 1
                  },
                  "on": {
                    "nan": "stop",
                    "disk_full": "stop",
                    "script": "stop",
                    "max_rollbacks": 3,
                    "bad_row": "stop",
                    "invalid_utf8": "replace"
                  },
                  "prefetch": 2,
                  "limits": {
                    "budget": "time",
                    "time_s": 1.0,
                    "instructions": null,
                    "memory_mb": 256
                  },
                  "use": null,
                  "grant": null,
                  "hooks": null,
                  "rewards": null,
                  "curriculum": null,
                  "reload": {
                    "max_shift": null,
                    "unmeasured": "swap"
                  }
                }

                """)
        #expect(loaded.resolved["batch"]?["size"] == .integer(8))
    }

    @Test func resolvingAgainChangesNothing() throws {
        let loaded = try folder.load(
            keys: """
                tokenizer = "byte", epochs = 0.1,
                model = nj.model.init { hidden_size = 8, intermediate_size = 16,
                  num_hidden_layers = 1, num_attention_heads = 2, eos_token_id = { 1, 2 } },
                data = nj.data.mix {
                  a = { weight = 0.5, nj.data.text { path = "texts/book.txt", separator = "\\n--\\n" } },
                  b = nj.data.jsonl { path = { "texts/rows.jsonl" } },
                },
                schedule = nj.schedule.wsd { warmup_share = 0.1 },
                gradient_clip = false,
                """)
        let again = try folder.load("return " + loaded.resolved.lua)
        #expect(again.resolved == loaded.resolved)
        #expect(again.resolved.json == loaded.resolved.json)
    }

    @Test func textIsValidJSON() throws {
        let value = ResolvedValue.record([
            .init(key: "quote\"\\", value: .string("line\nend\u{1}é")),
            .init(key: "list", value: .list([.integer(1), .number(0.5), .boolean(true), .null])),
            .init(key: "none", value: .list([])),
        ])
        let read = try JSONSerialization.jsonObject(with: Data(value.json.utf8)) as? [String: Any]
        #expect(read?["quote\"\\"] as? String == "line\nend\u{1}é")
        #expect((read?["list"] as? [Any])?.count == 4)
        #expect((read?["none"] as? [Any])?.isEmpty == true)
    }
}

extension ResolvedValue {
    /// The value as Lua source.
    fileprivate var lua: String {
        switch self {
        case .null: "nil"
        case .boolean(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .string(let value):
            "\"" + value.replacingOccurrences(of: "\n", with: "\\n") + "\""
        case .list(let elements): "{" + elements.map(\.lua).joined(separator: ",") + "}"
        case .record(let entries):
            "{" + entries.map { "\($0.key) = \($0.value.lua)" }.joined(separator: ",") + "}"
        }
    }
}
