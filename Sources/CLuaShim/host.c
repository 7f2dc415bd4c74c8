// The doors from Lua to the host: host functions, `require`, host objects.
//
// The host's function runs between reading its arguments and pushing its results; both are done
// here, in C, so that the errors they may raise never unwind a frame of the host's.
#include <stdlib.h>

#include "internal.h"

const char njl_references_key, njl_modules_key, njl_environment_key, njl_globals_key,
    njl_objects_key, njl_sealed_key;

static int push_reply(lua_State *L, njl_context *context) {
    return njl_decode(L, context->reply.bytes, context->reply.count);
}

static int raise_reply(lua_State *L, njl_context *context, int positioned) {
    if (positioned) {
        lua_pushliteral(L, "");
    } else {
        luaL_where(L, 1);
    }
    lua_pushlstring(L, (const char *)context->reply.bytes, context->reply.count);
    lua_concat(L, 2);
    return lua_error(L);
}

int njl_trampoline(lua_State *L) {
    njl_context *context = njl_context_of(L);
    njl_charge(L, 16);
    int32_t index = (int32_t)lua_tointeger(L, lua_upvalueindex(1));
    njl_encode(L, 1, lua_gettop(L), 1);
    context->reply.count = 0;
    int32_t answer =
        context->host.call(context->owner, index, context->output.bytes, context->output.count);
    njl_pass_given_up(context);
    njl_poll(L);
    if (answer == NJL_HOST_OK) {
        lua_settop(L, 0);
        return push_reply(L, context);
    }
    return raise_reply(L, context, answer == NJL_HOST_PASSED);
}

// Stands for a module whose chunk has not returned.
static const char unfinished;

int njl_require(lua_State *L) {
    njl_context *context = njl_context_of(L);
    njl_charge(L, 16);
    size_t count;
    const char *name = luaL_checklstring(L, 1, &count);
    lua_settop(L, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &njl_modules_key);
    lua_pushvalue(L, 1);
    lua_rawget(L, 2);
    if (lua_touserdata(L, 3) == &unfinished) {
        return luaL_error(
            L, "module '%s' is not ready: it requires itself, or its loading failed before", name);
    }
    if (!lua_isnil(L, 3)) return 1;

    context->reply.count = 0;
    int32_t answer = context->host.find(context->owner, (const uint8_t *)name, count);
    njl_pass_given_up(context);
    njl_poll(L);
    if (answer != NJL_HOST_OK) return raise_reply(L, context, 0);
    lua_settop(L, 2);
    push_reply(L, context);  // 3: source, 4: chunk name
    lua_pushvalue(L, 1);
    lua_pushlightuserdata(L, (void *)&unfinished);
    lua_rawset(L, 2);

    size_t source_count;
    const char *source = lua_tolstring(L, 3, &source_count);
    const char *chunk = lua_tostring(L, 4);
    int status = njl_compile(L, source, source_count, chunk);
    if (status != LUA_OK) {
        njl_settle(L, status);
        context->loading = chunk;
        if (lua_type(L, -1) == LUA_TSTRING) {
            njl_report_syntax(context, lua_tostring(L, -1));
            context->carried = context->report;
            context->carried.value = lua_topointer(L, -1);
        }
        context->loading = NULL;
        return lua_error(L);
    }
    lua_pushvalue(L, 1);
    lua_call(L, 1, 1);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        lua_pushboolean(L, 1);
    }
    lua_pushvalue(L, 1);
    lua_pushvalue(L, -2);
    lua_rawset(L, 2);
    return 1;
}

static int object_dropped(lua_State *L) {
    njl_context *context = njl_context_of(L);
    if (context->dead_count == context->dead_capacity) {
        size_t capacity = context->dead_capacity ? context->dead_capacity * 2 : 16;
        int64_t *dead = realloc(context->dead, capacity * sizeof *dead);
        // Without memory the host keeps the object until the state closes.
        if (!dead) return 0;
        context->dead = dead;
        context->dead_capacity = capacity;
    }
    context->dead[context->dead_count++] = *(int64_t *)lua_touserdata(L, 1);
    return 0;
}

static int objects_equal(lua_State *L) {
    const int64_t *a = lua_touserdata(L, 1), *b = lua_touserdata(L, 2);
    lua_pushboolean(L, a && b && a[1] == b[1]);
    return 1;
}

int njl_object_metatable(lua_State *L) {
    static const luaL_Reg methods[] = {
        {"__gc", object_dropped}, {"__eq", objects_equal}, {NULL, NULL}};
    luaL_newlib(L, methods);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pushliteral(L, "host object");
    lua_setfield(L, -2, "__name");
    return 1;
}

// The metatables of classes stand in the list part of the plain one.
void njl_push_metatable_of(lua_State *L, int64_t handle) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &njl_objects_key);
    if (handle < NJL_CLASS) return;
    lua_rawgeti(L, -1, handle / NJL_CLASS);
    lua_remove(L, -2);
}

void njl_add_class(lua_State *L, const char *module, const char *shown, int32_t number) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &njl_objects_key);
    njl_object_metatable(L);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &njl_modules_key);
    lua_getfield(L, -1, module);
    lua_setfield(L, -3, "__index");
    lua_pop(L, 1);
    lua_pushcfunction(L, njl_refuse_change);
    lua_setfield(L, -2, "__newindex");
    lua_pushstring(L, shown);
    lua_setfield(L, -2, "__name");
    lua_rawseti(L, -2, number);
    lua_pop(L, 1);
}

int64_t njl_next_dead_object(njl_context *context) {
    return context->dead_count ? context->dead[--context->dead_count] : -1;
}

int32_t njl_reply(njl_context *context, const uint8_t *bytes, size_t count) {
    context->reply.count = 0;
    return njl_append(&context->reply, bytes, count);
}

void njl_release(njl_context *context, int32_t reference) {
    pthread_mutex_lock(&context->release_lock);
    if (context->released_count == context->released_capacity) {
        size_t capacity = context->released_capacity ? context->released_capacity * 2 : 16;
        int32_t *released = realloc(context->released, capacity * sizeof *released);
        if (released) {
            context->released = released;
            context->released_capacity = capacity;
        }
    }
    // Without memory the slot stays taken until the state closes.
    if (context->released_count < context->released_capacity) {
        context->released[context->released_count++] = reference;
    }
    pthread_mutex_unlock(&context->release_lock);
}

int32_t njl_charge_host(njl_context *context, uint64_t bytes) {
    // Neither of the two raises: that is left to the trampoline, once the host has returned.
    if (context->counting && !context->registering) {
        njl_count(context->current, 1 + bytes / NJL_UNIT_BYTES);
    }
    return !context->tripped;
}
