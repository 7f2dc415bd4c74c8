import Foundation
import ShippedPlugins

/// Writes a new plugin that works, with its spec: a place to begin.
public enum PluginSkeleton {
    /// What the plugin is to do first.
    public enum Kind: String, Sendable, CaseIterable {
        /// Turns dials between steps.
        case curriculum
        /// Watches steps.
        case hook
        /// Decides about updates.
        case guardian = "guard"
        /// Tells what a model's answer is worth.
        case reward
        /// Gives what the learning rate is multiplied with.
        case schedule
        /// Says how conversations become text.
        case chatTemplate = "chat-template"
    }

    /// Whether the program itself has a plugin of that name, which a new one would stand before.
    public static func isShipped(_ name: String) -> Bool {
        ShippedPlugins.all.contains { $0.name == name }
    }

    /// - Parameter folder: receives `NAME/NAME.lua` and `NAME/NAME_spec.lua`.
    /// - Returns: the files that were written.
    /// - Throws: `ScriptingError` for a name that cannot be one, or that is taken there.
    public static func write(_ kind: Kind, name: String, into folder: String) throws -> [String] {
        if let problem = PluginLookup.problem(ofName: name) {
            throw ScriptingError(.badValue, problem)
        }
        let home = folder + "/" + name
        guard !isThere(home) else {
            throw ScriptingError(.badFile, "this is there already; choose another name", path: home)
        }
        if let file = obstacle(on: folder) {
            throw ScriptingError(
                .badFile, "this is no folder, so that nothing can be written below it; name a folder",
                path: file)
        }
        try FileManager.default.createDirectory(
            atPath: home, withIntermediateDirectories: true)
        let files = [
            ("\(home)/\(name).lua", main(kind, name)),
            ("\(home)/\(name)_spec.lua", spec(kind, name)),
        ]
        for (path, text) in files {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        }
        return files.map(\.0)
    }

    /// Whether something has this path, be it a link that leads nowhere.
    private static func isThere(_ path: String) -> Bool {
        (try? FileManager.default.attributesOfItem(atPath: path)) != nil
    }

    /// What stands on the way to a folder and is none.
    private static func obstacle(on path: String) -> String? {
        var url = URL(fileURLWithPath: path)
        while url.path != "/" {
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) {
                return isFolder.boolValue ? nil : url.relativePath
            }
            if isThere(url.path) { return url.relativePath }
            url.deleteLastPathComponent()
        }
        return nil
    }

    private static func main(_ kind: Kind, _ name: String) -> String {
        switch kind {
        case .schedule: schedule(name)
        case .reward: reward(name)
        case .chatTemplate: chatTemplate(name)
        case .curriculum:
            """
            -- Say here what this curriculum is for.
            return {
              name = "\(name)",
              api = 1,
              summary = "Lowers the learning rate in the last part of the run.",
              settings = {
                from_progress = 0.8, -- where the last part begins
                factor = 0.5, -- what the rate is multiplied with there
              },
              curricula = {
                -- Asked between steps; what it gives is set until it gives something else.
                main = function(ctx)
                  if ctx.progress < ctx.settings.from_progress or ctx.state.done then return nil end
                  ctx.state.done = true
                  return { ["schedule.factor"] = ctx.settings.factor }
                end,
              },
              examples = {
                { call = "curricula.main", with = { progress = 0.1 } },
                {
                  call = "curricula.main",
                  with = { progress = 0.9 },
                  gives = { ["schedule.factor"] = 0.5 },
                  leaves = { done = true },
                },
              },
            }

            """
        case .hook:
            """
            -- Say here what this hook watches.
            local nj = require "nightjar"

            return {
              name = "\(name)",
              api = 1,
              summary = "Records the lowest loss so far.",
              settings = {},
              hooks = {
                on_step_end = function(ctx)
                  if ctx.skipped then return end
                  ctx.state.lowest = math.min(ctx.state.lowest or math.huge, ctx.loss)
                  nj.metric.log("lowest_loss", ctx.state.lowest)
                end,
              },
              examples = {
                { call = "hooks.on_step_end", with = { loss = 2.5 }, leaves = { lowest = 2.5 } },
                {
                  call = "hooks.on_step_end",
                  with = { loss = 2.5 },
                  state = { lowest = 2.0 },
                  leaves = { lowest = 2.0 },
                },
              },
            }

            """
        case .guardian:
            """
            -- Say here which updates this guard keeps out.
            return {
              name = "\(name)",
              api = 1,
              summary = "Leaves out updates whose gradient is very large.",
              settings = {
                largest_norm = 100.0, -- an update with a larger gradient norm is left out
              },
              hooks = {
                on_gradients = function(ctx)
                  if ctx.gradient_norm and ctx.gradient_norm <= ctx.settings.largest_norm then
                    return nil
                  end
                  return { action = "skip", reason = "the gradient is too large" }
                end,
              },
              examples = {
                { call = "hooks.on_gradients", with = { loss = 2.0, gradient_norm = 1.0 } },
                {
                  call = "hooks.on_gradients",
                  with = { loss = 2.0, gradient_norm = 1000.0 },
                  gives = { action = "skip", reason = "the gradient is too large" },
                },
              },
            }

            """
        }
    }

    private static func reward(_ name: String) -> String {
        """
        -- Say here which answers this rewards.
        return {
          name = "\(name)",
          api = 1,
          summary = "Rewards answers that hold what the row asks for.",
          settings = {
            field = "answer", -- the row's field with what an answer is to hold
          },
          rewards = {
            -- Asked about each answer; what it gives is held against the others to the same prompt.
            main = function(ctx)
              local wanted = tostring(ctx.row[ctx.settings.field])
              if not ctx.completion:find(wanted, 1, true) then return 0.0 end
              return ctx.finished and 1.0 or 0.5
            end,
          },
          examples = {
            {
              call = "rewards.main",
              with = { completion = "It is 4.", finished = true, row = { answer = 4 } },
              gives = 1.0,
            },
            { call = "rewards.main", with = { completion = "No", row = { answer = 4 } }, gives = 0.0 },
          },
        }

        """
    }

    private static func schedule(_ name: String) -> String {
        """
        -- Say here what this schedule is for.
        return {
          name = "\(name)",
          api = 1,
          summary = "Lets the learning rate fall in waves that begin anew.",
          settings = {
            waves = 4, -- how often it falls
            final = 0.1, -- the factor at the end of a wave
          },
          schedules = {
            -- Takes the share of the run done, 0 to 1; nothing else may count.
            main = function(progress, ctx)
              local settings = ctx.settings
              local wave = progress * settings.waves % 1
              return settings.final
                + (1 - settings.final) * (1 + math.cos(math.pi * wave)) / 2
            end,
          },
          examples = {
            { call = "schedules.main", with = { progress = 0 }, gives = 1.0 },
            {
              call = "schedules.main",
              settings = { waves = 2, final = 0.5 },
              with = { progress = 0.75 },
              gives = 0.75,
            },
          },
        }

        """
    }

    private static func chatTemplate(_ name: String) -> String {
        """
        -- Say here which vocabulary this template is for: it must have the two marks as tokens.
        return {
          name = "\(name)",
          api = 1,
          summary = "Gives each turn a line between two marks, after a rule of the house.",
          settings = {
            rule = "Answer in one sentence.", -- said before every conversation
          },
          chat_templates = {
            -- The template itself, in Jinja, made of the settings; a text alone would do as well.
            -- What stands in a generation block is learned.
            main = function(settings)
              return ([[
        <|im_start|>system
        RULE<|im_end|>
        {% for message in messages %}
        <|im_start|>{{ message.role }}
        {% if message.role == 'assistant' %}
        {% generation %}{{ message.content }}<|im_end|>{% endgeneration %}{{ '\\n' -}}
        {% else %}
        {{ message.content }}<|im_end|>
        {% endif %}
        {% endfor %}
        {% if add_generation_prompt %}<|im_start|>assistant
        {% endif %}]]):gsub("RULE", function() return settings.rule end)
            end,
          },
          examples = {
            {
              call = "chat_templates.main",
              with = { messages = { { role = "user", content = "Hi" } } },
              gives = "<|im_start|>system\\nAnswer in one sentence.<|im_end|>\\n"
                .. "<|im_start|>user\\nHi<|im_end|>\\n",
            },
            {
              call = "chat_templates.main",
              settings = { rule = "Rhyme." },
              with = {
                messages = { { role = "assistant", content = "Hello" } },
                add_generation_prompt = true,
              },
              gives = "<|im_start|>system\\nRhyme.<|im_end|>\\n"
                .. "<|im_start|>assistant\\nHello<|im_end|>\\n<|im_start|>assistant\\n",
            },
          },
        }

        """
    }

    private static func spec(_ kind: Kind, _ name: String) -> String {
        let body =
            switch kind {
            case .curriculum:
                """
                  test.it("leaves the beginning of the run alone", function()
                    test.expect(test.call("curricula.main", { progress = 0.5 })).to_be_nil()
                  end)

                  test.it("turns the dial once", function()
                    local answer, state = test.call("curricula.main", { progress = 0.9 })
                    test.expect(answer).to_equal { ["schedule.factor"] = 0.5 }
                    answer = test.call("curricula.main", { progress = 0.95 }, { state = state })
                    test.expect(answer).to_be_nil()
                  end)
                """
            case .hook:
                """
                  test.it("remembers the lowest loss and records it", function()
                    local _, state = test.call("hooks.on_step_end", { loss = 3 })
                    local _, after, notes = test.call("hooks.on_step_end", { loss = 4 },
                      { state = state })
                    test.expect(after.lowest).to_equal(3)
                    test.expect(notes.metrics["\(name)/lowest_loss"]).to_equal(3)
                  end)
                """
            case .schedule:
                """
                  test.it("falls in a wave and begins anew", function()
                    local options = { settings = { waves = 2, final = 0.0 } }
                    local last = math.huge
                    for progress = 0, 0.49, 0.01 do
                      local factor = test.call("schedules.main", { progress = progress }, options)
                      test.expect(factor < last).to_be_true()
                      last = factor
                    end
                    test.expect(test.call("schedules.main", { progress = 0.5 }, options)).to_equal(1)
                  end)
                """
            case .reward:
                """
                  test.it("is worth less where the answer was cut off", function()
                    local ctx = { completion = "4 and 4 and", finished = false, row = { answer = 4 } }
                    test.expect(test.call("rewards.main", ctx)).to_equal(0.5)
                  end)
                """
            case .chatTemplate:
                """
                  test.it("goes on as it would in use", function()
                    local messages = { { role = "user", content = "Hi" } }
                    local before = test.call("chat_templates.main",
                      { messages = messages, add_generation_prompt = true })
                    messages[2] = { role = "assistant", content = "Hello" }
                    local whole = test.call("chat_templates.main", { messages = messages })
                    test.expect(whole:sub(1, #before)).to_equal(before)
                  end)
                """
            case .guardian:
                """
                  test.it("keeps what is small and leaves out what is large", function()
                    local keep = test.call("hooks.on_gradients", { loss = 2, gradient_norm = 99 })
                    test.expect(keep).to_be_nil()
                    local skip = test.call("hooks.on_gradients", { loss = 2, gradient_norm = 101 })
                    test.expect(skip.action).to_equal("skip")
                  end)
                """
            }
        return """
            local nj = require "nightjar"
            local test = nj.test

            test.describe("\(name)", function()
            \(body)
            end)

            """
    }
}
