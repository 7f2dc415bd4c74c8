// The globals that a script sees: an allow-list, behind a table that accepts no assignment.
#include <sys/random.h>

#include "internal.h"

// Copies the named fields; functions come behind a charge for their work.
static void copy_fields(lua_State *L, int from, int to, const char *prefix,
                        const char *const *names) {
    for (; *names; names++) {
        lua_pushfstring(L, "%s%s", prefix, *names);
        lua_getfield(L, from, *names);
        njl_charge_stock(L, lua_tostring(L, -2));
        lua_setfield(L, to, *names);
        lua_pop(L, 1);
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

// A global that is not there is a slip of the pen, but for what other Lua programs have: portable
// scripts ask for that before they use it.
static int refuse_missing_global(lua_State *L) {
    static const char *const elsewhere[] = {
        "arg",     "bit",  "bit32",    "collectgarbage", "debug",  "dofile",   "getfenv", "io",
        "jit",     "load", "loadfile", "loadstring",     "module", "newproxy", "os",      "package",
        "setfenv", "unpack", "warn", NULL};
    if (lua_type(L, 2) == LUA_TSTRING) {
        const char *wanted = lua_tostring(L, 2);
        for (const char *const *name = elsewhere; *name; name++) {
            if (strcmp(wanted, *name) == 0) return 0;
        }
    }
    return njl_refuse_missing(L);
}

// Opens a stock library and leaves a new table with its allowed functions on top. The new table
// also takes the place where Lua looks up the names of functions for its messages.
static int open_library(lua_State *L, const char *name, lua_CFunction open,
                        const char *const *allowed, const luaL_Reg *ours) {
    luaL_requiref(L, name, open, 0);
    lua_newtable(L);
    int table = lua_gettop(L);
    const char *prefix = strcmp(name, LUA_GNAME) == 0 ? "" : lua_pushfstring(L, "%s.", name);
    copy_fields(L, table - 1, table, prefix, allowed);
    lua_settop(L, table);
    if (ours) luaL_setfuncs(L, ours, 0);
    lua_remove(L, table - 1);
    lua_getfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_pushvalue(L, table - 1);
    lua_setfield(L, -2, name);
    lua_pop(L, 1);
    return table - 1;
}

// ("x"):rep(2) goes through the metatable of strings, which nobody may change, and so does
// arithmetic on them. The library is on top.
static void open_string_metatable(lua_State *L) {
    static const char *const arithmetic[] = {
        "__add", "__sub", "__mul", "__mod", "__pow", "__div", "__idiv", "__unm", NULL};
    lua_pushliteral(L, "");
    lua_getmetatable(L, -1);
    for (const char *const *name = arithmetic; *name; name++) {
        lua_pushfstring(L, "string.%s", *name);
        lua_getfield(L, -2, *name);
        njl_charge_stock(L, lua_tostring(L, -2));
        lua_setfield(L, -3, *name);
        lua_pop(L, 1);
    }
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 2);
}

// Puts the library on top of the stack into the environment, locked.
static void offer(lua_State *L, int environment, const char *name) {
    njl_seal(L, name, 0);
    lua_setfield(L, environment, name);
}

// Makes weak tables impossible: what they hold tells when memory was cleared, and clearing chains of
// them keeps the collector busy for minutes, where no hook runs.
//
// The collector knows `__mode` by the address of one interned string. Other bytes are put into that
// string, so that a script's "__mode" is another one, which means nothing. `setmetatable` says so
// where it sees the name; this holds for metatables that receive it later.
static void disarm_weak_tables(lua_State *L) {
    lua_pushliteral(L, "__mode");
    size_t count;
    char *name = (char *)lua_tolstring(L, -1, &count);
    // Bytes that nobody guesses; where the system has none to give, ones that nobody writes. None is
    // zero: Lua compares some strings as C does.
    if (getrandom(name, count, GRND_NONBLOCK) != (ssize_t)count) memset(name, 0xFF, count);
    for (size_t i = 0; i < count; i++) name[i] = (char)(name[i] | 0x80);
    lua_pop(L, 1);
}

void njl_open_sandbox(lua_State *L) {
    disarm_weak_tables(L);
    static const char *const base[] = {
        "assert", "error", "getmetatable", "ipairs", "rawequal", "select", "tonumber", "type",
        "_VERSION", NULL};
    static const char *const string[] = {"char", "pack", "packsize", "unpack", NULL};
    static const char *const table[] = {"pack", NULL};
    static const char *const math[] = {
        "abs", "acos", "asin", "atan", "ceil", "cos", "deg", "exp", "floor", "fmod", "huge", "log",
        "max", "maxinteger", "min", "mininteger", "modf", "pi", "rad", "sin", "sqrt", "tan",
        "tointeger", "type", "ult", NULL};
    static const char *const utf8[] = {"char", "charpattern", NULL};
    static const char *const none[] = {NULL};

    int environment = open_library(L, LUA_GNAME, luaopen_base, base, njl_base_functions);
    lua_pushcfunction(L, njl_require);
    lua_setfield(L, environment, "require");
    njl_push_shapes(L);
    lua_pushcclosure(L, njl_pairs, 1);
    lua_setfield(L, environment, "pairs");

    // The stock table holds the stock `format`, which ours calls.
    luaL_requiref(L, "string", luaopen_string, 0);
    lua_getfield(L, -1, "format");
    lua_remove(L, -2);
    open_library(L, "string", luaopen_string, string, njl_string_functions);
    luaL_setfuncs(L, njl_text_functions, 0);
    lua_insert(L, -2);
    lua_pushcclosure(L, njl_format, 1);
    lua_setfield(L, -2, "format");
    open_string_metatable(L);
    offer(L, environment, "string");

    open_library(L, "table", luaopen_table, table, njl_table_functions);
    offer(L, environment, "table");
    open_library(L, "math", luaopen_math, math, NULL);
    offer(L, environment, "math");
    open_library(L, "utf8", luaopen_utf8, utf8, njl_utf8_functions);
    offer(L, environment, "utf8");
    open_library(L, "coroutine", luaopen_coroutine, none, njl_coroutine_functions);
    offer(L, environment, "coroutine");

    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "");
    lua_pushcclosure(L, refuse_missing_global, 1);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, environment);

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
    njl_note_sealed(L, lua_gettop(L), environment);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &njl_globals_key);
    lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &njl_environment_key);
}
