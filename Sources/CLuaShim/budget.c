// The error that no script outlives.
//
// Once a budget is spent the context stays tripped until the outermost call returns: the hook fires
// at every instruction, and each protected call of ours raises the error again.
#include "internal.h"

// The error's value. Scripts never see it: no handler of theirs runs once the context is tripped.
static const char spent;

void njl_hook(lua_State *L, lua_Debug *where) {
    (void)where;
    njl_context *context = njl_context_of(L);
    if (context->tripped) {
        njl_raise_budget(L);
    } else if (context->counting) {
        njl_count_hook(L);
    } else {
        // Left over on a coroutine that gave way in the very moment of an earlier trip, or that
        // began under a counted budget.
        lua_sethook(L, NULL, 0, 0);
    }
}

// Keeps the place where the budget went: a protected call that the error passes raises it anew, at
// a line of its own.
static void keep_place(lua_State *L) {
    njl_report *carried = &njl_context_of(L)->carried;
    if (carried->value == &spent) return;
    njl_report_nearest(L, carried);
    carried->value = &spent;
}

int njl_raise_budget(lua_State *L) {
    keep_place(L);
    // A `__close` handler on the way out ends at its first instruction.
    lua_sethook(L, njl_hook, LUA_MASKCOUNT, 1);
    lua_pushlightuserdata(L, (void *)&spent);
    return lua_error(L);
}

int njl_raise_memory(lua_State *L) {
    njl_trip(L, NJL_MEMORY);
    return njl_raise_budget(L);
}

void njl_need_stack(lua_State *L, int count) {
    const njl_context *context = njl_context_of(L);
    size_t refusals = context->refusals;
    if (lua_checkstack(L, count)) return;
    if (context->refusals != refusals) njl_raise_memory(L);
    luaL_error(L, "stack overflow");
}

void njl_settle(lua_State *L, int status) {
    njl_context *context = njl_context_of(L);
    if (status == LUA_ERRMEM) {
        njl_trip(L, NJL_MEMORY);
        // The allocator noted where it refused; that frame is gone by now.
        if (context->carried.value != &spent && *context->report.chunk) {
            context->carried = context->report;
            context->carried.message_offset = 0;
            context->carried.trace[0] = 0;
            context->carried.value = &spent;
        }
    }
    if (context->tripped) njl_raise_budget(L);
}
