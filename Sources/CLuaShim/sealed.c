// Locked tables: an empty table that stands before the real one. Reads pass, writes are refused,
// and a name that is not there can be an error that knows the names that are.
#include "internal.h"

enum { DEEPEST = 64 };

// Where the value is a locked table, replaces it by the real one; returns whether it was.
int njl_see_through(lua_State *L, int index) {
    index = lua_absindex(L, index);
    if (!lua_getmetatable(L, index)) return 0;
    lua_pop(L, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &njl_sealed_key);
    lua_pushvalue(L, index);
    int sealed = lua_rawget(L, -2) == LUA_TTABLE;
    if (sealed) lua_copy(L, -1, index);
    lua_pop(L, 2);
    return sealed;
}

static int is_globals(lua_State *L, int index) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &njl_globals_key);
    int is_globals = lua_rawequal(L, -1, index);
    lua_pop(L, 1);
    return is_globals;
}

// Raises about a write to the locked table that is the first argument.
int njl_refuse_change(lua_State *L) {
    if (is_globals(L, 1)) return luaL_error(L, "the globals are locked");
    njl_to_text(L, 1);
    return luaL_error(L, "%s is locked", lua_tostring(L, -1));
}

// Answers for a name that a real table does not hold; its upvalue is what the table is called, and
// empty for the globals.
int njl_refuse_missing(lua_State *L) {
    enum { LONGEST_NAME = 200 };
    njl_context *context = njl_context_of(L);
    if (lua_type(L, 2) != LUA_TSTRING) return 0;
    lua_settop(L, 2);
    size_t length;
    const char *wanted = lua_tolstring(L, 2, &length);
    if (length > LONGEST_NAME) {
        lua_pushlstring(L, wanted, LONGEST_NAME);
        lua_replace(L, 2);
    }
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushvalue(L, 2);
    lua_newtable(L);
    njl_walk *walk = &context->walk;
    walk->count = walk->order_count = 0;
    size_t fields, first = njl_walk_keys(L, 1, 0, &fields, NULL);
    lua_Integer names = 0;
    for (size_t i = 0; i < fields; i++) {
        const njl_entry *entry = &walk->entries[walk->order[first + i].entry];
        if (entry->kind != NJL_KEY_STRING) continue;
        njl_push_key(L, entry);
        lua_rawseti(L, 5, ++names);
    }
    njl_encode(L, 3, 3, 0);
    context->reply.count = 0;
    context->host.missing(context->owner, context->output.bytes);
    njl_pass_given_up(context);
    njl_poll(L);
    luaL_where(L, 1);
    lua_pushlstring(L, (const char *)context->reply.bytes, context->reply.count);
    lua_concat(L, 2);
    return lua_error(L);
}

static int real_length(lua_State *L) {
    lua_settop(L, 1);
    njl_see_through(L, 1);
    lua_pushinteger(L, (lua_Integer)lua_rawlen(L, 1));
    return 1;
}

// Notes that the table at `locked` stands before the one at `real`.
void njl_note_sealed(lua_State *L, int locked, int real) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &njl_sealed_key);
    lua_pushvalue(L, locked);
    lua_pushvalue(L, real);
    lua_rawset(L, -3);
    lua_pop(L, 1);
}

// Puts a locked table before the one at `real` and leaves it on top.
static void cover(lua_State *L, int real, const char *path, int reports_missing) {
    lua_newtable(L);
    int locked = lua_gettop(L);
    lua_createtable(L, 0, 5);
    lua_pushvalue(L, real);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, njl_refuse_change);
    lua_setfield(L, -2, "__newindex");
    lua_pushcfunction(L, real_length);
    lua_setfield(L, -2, "__len");
    lua_pushstring(L, path);
    lua_setfield(L, -2, "__name");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, locked);
    if (reports_missing) {
        lua_createtable(L, 0, 1);
        lua_pushstring(L, path);
        lua_pushcclosure(L, njl_refuse_missing, 1);
        lua_setfield(L, -2, "__index");
        lua_setmetatable(L, real);
    }
    njl_note_sealed(L, locked, real);
}

static void seal(lua_State *L, const char *path, int reports_missing, int depth) {
    luaL_checkstack(L, 12, "a module is nested too deep");
    if (depth == DEEPEST) luaL_error(L, "a module is nested too deep");
    int table = lua_gettop(L);
    lua_pushvalue(L, table);
    int was_sealed = njl_see_through(L, -1), real = lua_gettop(L);
    lua_pushnil(L);
    while (lua_next(L, real)) {
        if (!lua_istable(L, -1)) {
            lua_pop(L, 1);
            continue;
        }
        // real, key, value
        if (lua_type(L, -2) == LUA_TSTRING) {
            lua_pushfstring(L, "%s.%s", path, lua_tostring(L, -2));
        } else {
            lua_pushfstring(L, "%s[%I]", path, (LUAI_UACINT)lua_tointeger(L, -2));
        }
        lua_insert(L, -2);
        seal(L, lua_tostring(L, -2), reports_missing, depth + 1);
        lua_remove(L, -2);
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, real);
    }
    if (!was_sealed) {
        cover(L, real, path, reports_missing);
        lua_replace(L, table);
    }
    lua_settop(L, table);
}

// Replaces the table on top of the stack, and the tables in it, by locked ones. What is locked
// already stays so, and tables that the host has added since are locked too.
void njl_seal(lua_State *L, const char *path, int reports_missing) {
    seal(L, path, reports_missing, 0);
}
