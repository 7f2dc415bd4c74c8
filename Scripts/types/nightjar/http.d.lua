---@meta
-- Written by `nightjar annotate` from the functions' own declarations; edits are lost.
-- For editors alone: nothing here is ever run.

---@class nightjar.RequestOptions
---@field headers? table<string, string> by name; content-type is application/octet-stream for what is sent
---@field timeout_s? number seconds to wait, at most what is left of the call's time
---@field max_bytes? integer a longer answer is a failure

---@class nightjar.HttpAnswer
---@field status integer such as 200 or 404
---@field body string what was sent back
---@field headers table<string, string> by name in lower case

---@class nightjar.http
local http = {}

---Fetches an address, and waits for it within the call's time. Needs the capability "network:HOST".
---
---For hooks or specs.
---@param url string an http or https address of a granted host
---@param options? nightjar.RequestOptions how to ask
---@return nightjar.HttpAnswer? answer nil and a message where none came
function http.get(url, options) end

---Sends bytes to an address, and waits for the answer within the call's time. Needs the capability "network:HOST".
---
---For hooks or specs.
---@param url string an http or https address of a granted host
---@param body string what to send
---@param options? nightjar.RequestOptions how to ask
---@return nightjar.HttpAnswer? answer nil and a message where none came
function http.post(url, body, options) end
