// Coroutines that the budget follows: the context always knows which one runs.
#include "internal.h"

static lua_State *check_coroutine(lua_State *L) {
    lua_State *co = lua_tothread(L, 1);
    luaL_argexpected(L, co, 1, "coroutine");
    return co;
}

// Resumes `co` with the top `count` values; leaves results or the error value on top and returns
// their number, or -1.
static int resume(lua_State *L, lua_State *co, int count) {
    njl_context *context = njl_context_of(L);
    njl_charge(L, 4 + (size_t)count);
    if (!lua_checkstack(co, count)) {
        lua_pushliteral(L, "too many arguments to resume");
        return -1;
    }
    lua_xmove(L, co, count);
    int results;
    njl_count_leave(L);
    context->current = co;
    njl_count_enter(co);
    // A trip between the two lines has armed `co`; one before them is seen here.
    if (context->tripped) lua_sethook(co, njl_hook, LUA_MASKCOUNT, 1);
    int status = lua_resume(co, L, count, &results);
    njl_count_leave(co);
    context->current = L;
    njl_count_enter(L);
    if (status != LUA_OK && status != LUA_YIELD) {
        njl_settle(L, status);
        lua_xmove(co, L, 1);
        return -1;
    }
    njl_charge(L, (size_t)results);
    if (!lua_checkstack(L, results + 1)) {
        lua_pop(co, results);
        lua_pushliteral(L, "too many results to resume");
        return -1;
    }
    lua_xmove(co, L, results);
    return results;
}

static int co_create(lua_State *L) {
    luaL_checktype(L, 1, LUA_TFUNCTION);
    njl_charge(L, 32);
    lua_State *co = lua_newthread(L);
    lua_pushvalue(L, 1);
    lua_xmove(L, co, 1);
    return 1;
}

static int co_resume(lua_State *L) {
    lua_State *co = check_coroutine(L);
    int results = resume(L, co, lua_gettop(L) - 1);
    lua_pushboolean(L, results >= 0);
    if (results < 0) results = 1;
    lua_insert(L, -(results + 1));
    return results + 1;
}

// Closes a coroutine: its pending `__close` handlers run here.
static int reset(lua_State *L, lua_State *co) {
    njl_context *context = njl_context_of(L);
    njl_charge(L, 4);
    njl_count_leave(L);
    context->current = co;
    njl_count_enter(co);
    if (context->tripped) lua_sethook(co, njl_hook, LUA_MASKCOUNT, 1);
    int status = lua_resetthread(co);
    njl_count_leave(co);
    context->current = L;
    njl_count_enter(L);
    if (status != LUA_OK) njl_settle(L, status);
    njl_poll(L);
    return status;
}

static int wrapped(lua_State *L) {
    lua_State *co = lua_tothread(L, lua_upvalueindex(1));
    int results = resume(L, co, lua_gettop(L));
    if (results >= 0) return results;
    int status = lua_status(co);
    if (status != LUA_OK && status != LUA_YIELD) {
        njl_report_carry(L, co);
        if (reset(L, co) != LUA_OK) lua_xmove(co, L, 1);
    }
    return lua_error(L);
}

static int co_wrap(lua_State *L) {
    co_create(L);
    lua_pushcclosure(L, wrapped, 1);
    return 1;
}

static int co_yield(lua_State *L) {
    njl_charge(L, 1);
    return lua_yield(L, lua_gettop(L));
}

static const char *status_name(lua_State *L, lua_State *co) {
    if (L == co) return "running";
    lua_Debug frame;
    switch (lua_status(co)) {
        case LUA_YIELD: return "suspended";
        case LUA_OK:
            if (lua_getstack(co, 0, &frame)) return "normal";
            return lua_gettop(co) == 0 ? "dead" : "suspended";
        default: return "dead";
    }
}

static int co_status(lua_State *L) {
    njl_charge(L, 1);
    lua_pushstring(L, status_name(L, check_coroutine(L)));
    return 1;
}

static int co_isyieldable(lua_State *L) {
    njl_charge(L, 1);
    lua_State *co = lua_isnone(L, 1) ? L : check_coroutine(L);
    lua_pushboolean(L, lua_isyieldable(co));
    return 1;
}

static int co_running(lua_State *L) {
    njl_charge(L, 1);
    int is_main = lua_pushthread(L);
    lua_pushboolean(L, is_main);
    return 2;
}

static int co_close(lua_State *L) {
    lua_State *co = check_coroutine(L);
    const char *name = status_name(L, co);
    if (*name != 'd' && *name != 's') {
        return luaL_error(L, "cannot close a %s coroutine", name);
    }
    if (reset(L, co) == LUA_OK) {
        lua_pushboolean(L, 1);
        return 1;
    }
    lua_pushboolean(L, 0);
    lua_xmove(co, L, 1);
    return 2;
}

const luaL_Reg njl_coroutine_functions[] = {
    {"create", co_create}, {"resume", co_resume},           {"wrap", co_wrap},
    {"yield", co_yield},   {"status", co_status},           {"isyieldable", co_isyieldable},
    {"running", co_running}, {"close", co_close},           {NULL, NULL}};
