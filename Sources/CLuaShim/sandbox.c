// The globals that a script sees: an allow-list, behind a table that accepts no assignment.
#include "internal.h"

static void copy_fields(lua_State *L, int from, int to, const char *const *names) {
    for (; *names; names++) {
        lua_getfield(L, from, *names);
        lua_setfield(L, to, *names);
    }
}

static int refuse_assignment(lua_State *L) {
    njl_to_text(L, 2);
    const char *name = lua_tostring(L, -1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &njl_environment_key);
    lua_pushvalue(L, 2);
    lua_rawget(L, -2);
    if (lua_isnil(L, -1)) {
        return luaL_error(
            L, "assignment to undeclared global '%s'; declare it with 'local'", name);
    }
    return luaL_error(L, "the global '%s' is locked; give the local a name of its own", name);
}

// Opens a stock library and leaves a new table with its allowed functions on top. The new table
// also takes the place where Lua looks up the names of functions for its messages.
static int open_library(lua_State *L, const char *name, lua_CFunction open,
                        const char *const *allowed, const luaL_Reg *ours) {
    luaL_requiref(L, name, open, 0);
    lua_newtable(L);
    int table = lua_gettop(L);
    copy_fields(L, table - 1, table, allowed);
    if (ours) luaL_setfuncs(L, ours, 0);
    lua_remove(L, table - 1);
    lua_getfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_pushvalue(L, table - 1);
    lua_setfield(L, -2, name);
    lua_pop(L, 1);
    return table - 1;
}

void njl_open_sandbox(lua_State *L) {
    static const char *const base[] = {
        "assert", "error", "getmetatable", "ipairs", "rawequal", "rawget", "rawlen", "select",
        "tonumber", "type", "_VERSION", NULL};
    static const char *const string[] = {
        "byte", "char", "len", "lower", "upper", "reverse", "sub", "pack", "packsize", "unpack",
        NULL};
    static const char *const table[] = {"pack", "unpack", NULL};
    static const char *const math[] = {
        "abs", "acos", "asin", "atan", "ceil", "cos", "deg", "exp", "floor", "fmod", "huge", "log",
        "max", "maxinteger", "min", "mininteger", "modf", "pi", "rad", "sin", "sqrt", "tan",
        "tointeger", "type", "ult", NULL};
    static const char *const utf8[] = {
        "char", "charpattern", "codepoint", "codes", "len", "offset", NULL};
    static const char *const none[] = {NULL};

    int environment = open_library(L, LUA_GNAME, luaopen_base, base, njl_base_functions);
    lua_pushcfunction(L, njl_require);
    lua_setfield(L, environment, "require");

    // The stock table holds the stock `format`, which ours calls.
    luaL_requiref(L, "string", luaopen_string, 0);
    lua_getfield(L, -1, "format");
    lua_remove(L, -2);
    open_library(L, "string", luaopen_string, string, njl_string_functions);
    lua_insert(L, -2);
    lua_pushcclosure(L, njl_format, 1);
    lua_setfield(L, -2, "format");
    // ("x"):rep(2) goes through the metatable of strings, which nobody may change.
    lua_pushliteral(L, "");
    lua_getmetatable(L, -1);
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 2);
    lua_setfield(L, environment, "string");

    open_library(L, "table", luaopen_table, table, njl_table_functions);
    lua_setfield(L, environment, "table");
    open_library(L, "math", luaopen_math, math, NULL);
    lua_setfield(L, environment, "math");
    open_library(L, "utf8", luaopen_utf8, utf8, NULL);
    lua_setfield(L, environment, "utf8");
    open_library(L, "coroutine", luaopen_coroutine, none, njl_coroutine_functions);
    lua_setfield(L, environment, "coroutine");

    // Scripts hold an empty table whose reads go to the environment.
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_setfield(L, environment, "_G");
    lua_newtable(L);
    lua_pushvalue(L, environment);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, refuse_assignment);
    lua_setfield(L, -2, "__newindex");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &njl_globals_key);
    lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &njl_environment_key);
}
