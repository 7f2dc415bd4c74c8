-- What a script may see: Lua 5.4 without the doors to the machine, as the runtime gives it.
std = {
  read_globals = {
    "_VERSION", "assert", "error", "getmetatable", "ipairs", "next", "pairs", "pcall", "print",
    "rawequal", "rawget", "rawlen", "rawset", "require", "select", "setmetatable", "tonumber",
    "tostring", "type", "xpcall",
    coroutine = { other_fields = true },
    math = { other_fields = true },
    string = { other_fields = true },
    table = { other_fields = true },
    utf8 = { other_fields = true },
  },
}
max_line_length = 100
exclude_files = { ".build/", "runs/" }
