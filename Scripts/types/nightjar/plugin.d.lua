---@meta
-- Written by `nightjar annotate` from the functions' own declarations; edits are lost.
-- For editors alone: nothing here is ever run.

---@class nightjar.Plugin
---@field name string the name of its folder
---@field api integer the version it is written for: 1
---@field summary string one sentence: what it does for a run
---@field needs? string[] capabilities it cannot do without: "clock", "files:read:PATH", "env:NAME", "network:HOST"
---@field requires? string[] plugins that must be in use before it; they open first
---@field settings? table<string, any> what a recipe may change, each with its default; a change keeps the type
---@field hooks? nightjar.Hooks handlers on a run's timeline
---@field curricula? table<string, fun(ctx: nightjar.Progress): table<string, number|"none"|boolean>?> functions asked between steps which dials to turn
---@field rewards? table<string, fun(ctx: nightjar.Rollout): number> functions that tell what a model's answer is worth, for a recipe's rewards
---@field schedules? table<string, fun(progress: number, ctx: nightjar.ScheduleContext): number> functions of progress that give what the learning rate is multiplied with, for a recipe's schedule
---@field chat_templates? table<string, string|fun(settings: table<string, any>): string> chat templates in Jinja, or functions that make them of the settings, for a recipe's chat_template
---@field examples? nightjar.PluginExample[] calls with their answers: the self-test that runs before it is used
---@field save? fun(): table<string, any> gives memory kept elsewhere than in ctx.state, at every checkpoint
---@field load? fun(state: table<string, any>) takes what save gave, when a run is resumed

---@class nightjar.ScheduleContext
---@field settings table<string, any> the plugin's settings, with what the recipe changed

---@class nightjar.PluginExample
---@field call string which function: "hooks.on_step_end", "curricula.NAME", "rewards.NAME", "schedules.NAME", "chat_templates.NAME"
---@field with? any what it is called with; facts left out are zero
---@field settings? table<string, any> settings other than the defaults
---@field state? table<string, any> the memory it begins with
---@field gives? any the answer it must give
---@field leaves? table<string, any> the memory it must leave

