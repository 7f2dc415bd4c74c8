// One interpreter, and the protected entries into it.
#include <stdlib.h>

#include "internal.h"

static int setup(lua_State *L) {
    static const char *const tables[] = {&njl_references_key, &njl_modules_key};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        lua_newtable(L);
        lua_rawsetp(L, LUA_REGISTRYINDEX, tables[i]);
    }
    njl_object_metatable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &njl_objects_key);
    njl_open_sandbox(L);
    return 0;
}

njl_context *njl_open(njl_host host) {
    njl_context *context = calloc(1, sizeof *context);
    if (!context) return NULL;
    context->host = host;
    context->limit = SIZE_MAX;
    pthread_mutex_init(&context->release_lock, NULL);
    lua_State *L = lua_newstate(njl_allocate, context);
    if (L) {
        *(njl_context **)lua_getextraspace(L) = context;
        context->main = L;
        lua_pushcfunction(L, setup);
        if (lua_pcall(L, 0, 0, 0) == LUA_OK && njl_watch_join(context)) {
            context->current = L;
            return context;
        }
        lua_close(L);
    }
    pthread_mutex_destroy(&context->release_lock);
    free(context);
    return NULL;
}

static _Atomic size_t leaked;

size_t njl_leaked_bytes(void) { return atomic_load(&leaked); }

void njl_own(njl_context *context, void *owner) { context->owner = owner; }

void njl_close(njl_context *context) {
    njl_watch_leave(context);
    context->current = NULL;
    context->limit = SIZE_MAX;
    lua_close(context->main);
    atomic_fetch_add(&leaked, context->used);
    free(context->output.bytes);
    free(context->reply.bytes);
    free(context->message.bytes);
    free(context->walk.entries);
    free(context->walk.order);
    free(context->released);
    free(context->dead);
    pthread_mutex_destroy(&context->release_lock);
    free(context);
}

// What an entry does, once protected. `work` leaves nothing behind.
typedef struct {
    const uint8_t *bytes;
    size_t count;
    const char *text, *module;
    int32_t number, flag;
    size_t offset;
} request;

static void free_released(lua_State *L, njl_context *context) {
    pthread_mutex_lock(&context->release_lock);
    if (context->released_count) {
        lua_rawgetp(L, LUA_REGISTRYINDEX, &njl_references_key);
        for (size_t i = 0; i < context->released_count; i++) {
            luaL_unref(L, -1, context->released[i]);
        }
        lua_pop(L, 1);
        context->kept_functions -= context->released_count;
        context->released_count = 0;
    }
    pthread_mutex_unlock(&context->release_lock);
}

// Turns the error value on top of the stack into text. A script's `__tostring` may run here, still
// under the budget.
static int describe(lua_State *L) {
    if (lua_type(L, 1) != LUA_TSTRING && !luaL_getmetafield(L, 1, "__tostring")) {
        const char *type = luaL_typename(L, 1);
        if (lua_type(L, 1) == LUA_TNUMBER || lua_type(L, 1) == LUA_TBOOLEAN) {
            njl_to_text(L, 1);
            lua_pushfstring(L, "the error value is the %s %s", type, lua_tostring(L, -1));
        } else {
            lua_pushfstring(L, "the error value is a %s without a message", type);
        }
        return 1;
    }
    njl_to_text(L, 1);
    return 1;
}

static void keep_message(njl_context *context, const char *text, size_t count) {
    context->message.count = 0;
    njl_append(&context->message, text, count);
}

static int fail(njl_context *context, lua_State *L, int status) {
    if (status == LUA_ERRMEM && !context->tripped) context->tripped = NJL_MEMORY;
    njl_abandon_output(L);
    int failure = context->tripped ? (int)context->tripped
        : context->failed_type     ? NJL_TYPE
        : context->loading         ? NJL_SYNTAX
                                   : NJL_RUNTIME;
    if (!context->tripped) {
        size_t skipped = lua_type(L, -1) == LUA_TSTRING ? context->report.message_offset : 0;
        if (lua_type(L, -1) != LUA_TSTRING) {
            lua_pushcfunction(L, describe);
            lua_insert(L, -2);
            if (lua_pcall(L, 1, 1, 0) != LUA_OK && !context->tripped) {
                lua_pop(L, 1);
                lua_pushliteral(L, "the error value's __tostring raised an error itself");
            }
            if (context->tripped) failure = (int)context->tripped;
        }
        size_t count = 0;
        const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &count) : "";
        if (skipped > count) skipped = 0;
        keep_message(context, text + skipped, count - skipped);
    }
    if (context->tripped) context->message.count = 0;
    return failure;
}

// Runs `work` under protection; the outermost entry sets the budget and clears what it tripped.
static int enter(njl_context *context, lua_CFunction work, request *r, const njl_budget *budget) {
    int outermost = atomic_load(&context->depth) == 0;
    lua_State *L = context->current;
    if (outermost) {
        njl_trim(context);
        context->carried.value = NULL;
        context->limit = budget ? budget->memory_bytes : SIZE_MAX;
        njl_watch_begin(context, budget ? budget->nanoseconds : UINT64_MAX);
    }
    atomic_fetch_add(&context->depth, 1);
    context->failed_type = 0;
    const char *loading = context->loading;
    context->loading = NULL;
    context->report.line = 0;
    context->report.chunk[0] = context->report.trace[0] = 0;
    context->report.message_offset = 0;
    int top = lua_gettop(L), result = NJL_OK;
    if (lua_checkstack(L, 8)) {
        lua_pushcfunction(L, njl_handler);
        lua_pushcfunction(L, work);
        lua_pushlightuserdata(L, r);
        int status = lua_pcall(L, 1, 0, top + 1);
        if (status != LUA_OK) result = fail(context, L, status);
        lua_settop(L, top);
    } else {
        result = NJL_MEMORY;
        if (!context->tripped) context->tripped = NJL_MEMORY;
    }
    context->loading = loading;
    atomic_fetch_sub(&context->depth, 1);
    if (outermost) {
        njl_watch_end(context);
        if (context->tripped) {
            context->tripped = 0;
            lua_sethook(context->main, NULL, 0, 0);
        }
        context->limit = SIZE_MAX;
    }
    return result;
}

// Hands the source over in pieces, so that compiling ends with the budget.
static const char *next_piece(lua_State *L, void *opaque, size_t *count) {
    request *r = opaque;
    njl_poll(L);
    size_t left = r->count - r->offset;
    *count = left < 4096 ? left : 4096;
    const char *piece = (const char *)r->bytes + r->offset;
    r->offset += *count;
    return *count ? piece : NULL;
}

static int keep_function(lua_State *L) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &njl_references_key);
    lua_insert(L, -2);
    int reference = luaL_ref(L, -2);
    njl_context_of(L)->kept_functions++;
    return reference;
}

static int load_work(lua_State *L) {
    request *r = lua_touserdata(L, 1);
    njl_context *context = njl_context_of(L);
    free_released(L, context);
    context->loading = r->text;
    int status = lua_load(L, next_piece, r, r->text, "t");
    if (status != LUA_OK) {
        njl_settle(L, status);
        return lua_error(L);
    }
    context->loading = NULL;
    r->number = keep_function(L);
    return 0;
}

int32_t njl_load(
    njl_context *context, const uint8_t *source, size_t count, const char *chunk,
    njl_budget budget, int32_t *reference) {
    request r = {.bytes = source, .count = count, .text = chunk};
    int result = enter(context, load_work, &r, &budget);
    *reference = r.number;
    return result;
}

static int call_work(lua_State *L) {
    request *r = lua_touserdata(L, 1);
    free_released(L, njl_context_of(L));
    lua_rawgetp(L, LUA_REGISTRYINDEX, &njl_references_key);
    lua_rawgeti(L, -1, r->number);
    lua_remove(L, -2);
    int arguments = njl_decode(L, r->bytes, r->count);
    lua_call(L, arguments, LUA_MULTRET);
    njl_encode(L, 2, lua_gettop(L) - 1, r->flag);
    return 0;
}

int32_t njl_call(
    njl_context *context, int32_t reference, const uint8_t *arguments, size_t count,
    njl_budget budget, int32_t keeps_references) {
    request r = {
        .bytes = arguments, .count = count, .number = reference, .flag = keeps_references};
    int result = enter(context, call_work, &r, &budget);
    // Once the function has returned no frame is left to name; its chunk still is.
    if (result != NJL_OK && !*context->report.chunk) {
        lua_State *L = context->current;
        int top = lua_gettop(L);
        lua_Debug function;
        lua_rawgetp(L, LUA_REGISTRYINDEX, &njl_references_key);
        if (lua_rawgeti(L, -1, reference) == LUA_TFUNCTION) {
            lua_getinfo(L, ">S", &function);
            njl_report_chunk(&context->report, &function);
        }
        lua_settop(L, top);
    }
    return result;
}

// Replaces the table on top by the table in its field `name`, made where there is none.
static void descend(lua_State *L, const char *name, size_t count) {
    lua_pushlstring(L, name, count);
    lua_pushvalue(L, -1);
    lua_rawget(L, -3);
    if (!lua_istable(L, -1)) {
        lua_pop(L, 1);
        lua_newtable(L);
        lua_pushvalue(L, -2);
        lua_pushvalue(L, -2);
        lua_rawset(L, -5);
    }
    lua_replace(L, -3);
    lua_pop(L, 1);
}

static int define_work(lua_State *L) {
    request *r = lua_touserdata(L, 1);
    if (*r->module) {
        lua_rawgetp(L, LUA_REGISTRYINDEX, &njl_modules_key);
        descend(L, r->module, strlen(r->module));
    } else {
        lua_rawgetp(L, LUA_REGISTRYINDEX, &njl_environment_key);
    }
    const char *path = r->text;
    for (const char *dot; (dot = strchr(path, '.')); path = dot + 1) {
        descend(L, path, (size_t)(dot - path));
    }
    if (r->bytes) {
        njl_decode(L, r->bytes, r->count);
    } else {
        lua_pushinteger(L, r->number);
        lua_pushcclosure(L, njl_trampoline, 1);
    }
    lua_setfield(L, -2, path);
    return 0;
}

int32_t njl_define(
    njl_context *context, const char *module, const char *path, int32_t index,
    const uint8_t *value, size_t count) {
    request r = {
        .bytes = value, .count = count, .text = path, .module = module, .number = index};
    return enter(context, define_work, &r, NULL);
}

const uint8_t *njl_output(const njl_context *context, size_t *count) {
    *count = context->output.count;
    return context->output.bytes;
}

njl_failure njl_last_failure(const njl_context *context) {
    return (njl_failure){
        .message = context->message.bytes,
        .message_count = context->message.count,
        .chunk = context->report.chunk,
        .line = context->report.line,
        .trace = context->report.trace,
    };
}

size_t njl_memory_used(const njl_context *context) { return context->used; }

size_t njl_kept_functions(const njl_context *context) {
    return context->kept_functions - context->released_count;
}

int32_t njl_is_busy_elsewhere(const njl_context *context) {
    return atomic_load(&((njl_context *)context)->depth) > 0 &&
        !pthread_equal(context->thread, pthread_self());
}
