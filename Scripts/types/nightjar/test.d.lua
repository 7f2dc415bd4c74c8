---@meta
-- Written by `nightjar annotate` from the functions' own declarations; edits are lost.
-- For editors alone: nothing here is ever run.

---@class nightjar.Expectation
---@field to_equal fun(expected: any) the same value, tables compared entry by entry
---@field to_be_nil fun() nil
---@field to_be_true fun() true
---@field to_be_false fun() false
---@field to_be_near fun(expected: any, tolerance?: any) a number at most so far off (1e-6)
---@field to_match fun(pattern: any) a string that fits a Lua pattern
---@field to_contain fun(expected: any) a string or table with this in it
---@field to_raise fun(pattern?: any) a function that raises an error
---@field to_match_snapshot fun(name?: any) the value kept beside the spec; kept at the first run
---@field never any the same matchers, turned round

---@class nightjar.CallOptions
---@field state? table<string, any> ctx.state at the beginning
---@field settings? table<string, any> settings other than the defaults

---@class nightjar.CallNotes
---@field log string[] the lines it logged
---@field metrics table<string, number> the numbers it logged, by name

---@class nightjar.FakeAnswer
---@field status? integer such as 404
---@field body? string what is sent back
---@field headers? table<string, string> by name
---@field error? string the message where no answer is to come

---@class nightjar.test
local test = {}

---Groups tests under a name; groups may stand inside groups.
---
---For specs.
---@param name string what it is about, in words
---@param body fun() run at once
function test.describe(name, body) end

---Is one test. It fails where its body raises or spends its budget, which is its own; the next one runs all the same.
---
---For specs.
---@param name string what it is about, in words
---@param body fun() run once the file has ended
function test.it(name, body) end

---Runs a function before each test of the group that follows in it.
---
---For specs.
---@param body fun() run before each of them
function test.before_each(body) end

---Gives the matchers of a value.
---
---For specs.
---@param value? any what the test got
---@return nightjar.Expectation matchers called with a dot
function test.expect(value) end

---Calls a function of the plugin under test as a run would, in a fresh state.
---
---For specs.
---@param door string such as "hooks.on_step_end"
---@param facts? table<string, any> what it is called with; facts left out are zero
---@param options? nightjar.CallOptions where it begins
---@return any? answer what it answered
---@return table<string, any> state the memory it left
---@return nightjar.CallNotes notes what it logged and measured
function test.call(door, facts, options) end

---Moves the fake clock that specs and the plugin under test see.
---
---For specs.
---@param seconds number how far
function test.advance(seconds) end

---Says what nj.http is answered in this spec, and by the plugin under test; nothing is sent.
---
---For specs.
---@param answers table<string, nightjar.FakeAnswer> by address, in the place of those given before
function test.network(answers) end
