// One interpreter, and the protection that every entry into it has.
#include <stdlib.h>

#include "internal.h"

static int setup(lua_State *L) {
    njl_context_of(L)->countdown = njl_find_countdown(L);
    njl_context_of(L)->layout = njl_table_layout();
    static const char *const tables[] = {
        &njl_references_key, &njl_modules_key, &njl_sealed_key};
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
    lua_State *L = njl_new_state(context);
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
    njl_drop_walk(context);
    if (!context->given_up) {
        lua_close(context->main);
        atomic_fetch_add(&leaked, context->used);
    }
    free(context->output.bytes);
    free(context->reply.bytes);
    free(context->message.bytes);
    free(context->batch.bytes);
    free(context->released);
    free(context->dead);
    pthread_mutex_destroy(&context->release_lock);
    free(context);
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
    if (status == LUA_ERRMEM) njl_trip(L, NJL_MEMORY);
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
            status = lua_pcall(L, 1, 1, 0);
            if (status == LUA_ERRMEM) njl_trip(L, NJL_MEMORY);
            if (status != LUA_OK && !context->tripped) {
                lua_pop(L, 1);
                lua_pushliteral(L, "the error value's __tostring raised an error itself");
            }
            if (context->tripped) failure = (int)context->tripped;
        }
        size_t count = 0;
        // A `__tostring` may answer with a number.
        const char *text = lua_isstring(L, -1) ? lua_tolstring(L, -1, &count) : "";
        if (skipped > count) skipped = 0;
        keep_message(context, text + skipped, count - skipped);
    }
    if (context->tripped) context->message.count = 0;
    return failure;
}

static int protect(njl_context *context, lua_State *L, lua_CFunction work, void *request) {
    int top = lua_gettop(L), result = NJL_OK;
    if (!lua_checkstack(L, 8)) {
        njl_trip(L, NJL_MEMORY);
        return NJL_MEMORY;
    }
    lua_pushcfunction(L, njl_handler);
    lua_pushcfunction(L, work);
    lua_pushlightuserdata(L, request);
    int status = lua_pcall(L, 1, 0, top + 1);
    if (status != LUA_OK) result = fail(context, L, status);
    lua_settop(L, top);
    return result;
}

// Runs `work` under protection; the outermost entry sets the budget and clears what it tripped.
int njl_enter(njl_context *context, lua_CFunction work, void *request, const njl_budget *budget) {
    if (context->given_up) return NJL_LOST;
    int outermost = atomic_load(&context->depth) == 0;
    lua_State *L = context->current;
    if (outermost) {
        njl_trim(context);
        context->carried.value = NULL;
        context->peak = context->used;
        context->limit = budget ? budget->memory_bytes : SIZE_MAX;
        njl_count_begin(context, budget ? budget->instructions : UINT64_MAX);
        njl_watch_begin(context, budget ? budget->nanoseconds : UINT64_MAX);
    }
    atomic_fetch_add(&context->depth, 1);
    context->failed_type = 0;
    const char *loading = context->loading;
    context->loading = NULL;
    context->report.line = 0;
    context->report.chunk[0] = context->report.trace[0] = 0;
    context->report.message_offset = 0;
    sigjmp_buf here, *outer = context->escape;
    int result = NJL_TIME;
    if (sigsetjmp(here, 0) == 0) {
        context->escape = &here;
        result = protect(context, L, work, request);
    } else {
        njl_watch_landed();
        // What the handler found when it left.
        result = context->tripped == NJL_INTERRUPTED ? NJL_INTERRUPTED : NJL_TIME;
    }
    context->escape = outer;
    context->loading = loading;
    atomic_fetch_sub(&context->depth, 1);
    if (outermost) {
        njl_watch_end(context);
        if (!context->given_up) njl_count_end(context);
        if (context->tripped && !context->given_up) {
            context->tripped = 0;
            lua_sethook(context->main, NULL, 0, 0);
        }
        context->limit = SIZE_MAX;
    }
    return result;
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

size_t njl_memory_peak(const njl_context *context) { return context->peak; }

size_t njl_kept_functions(const njl_context *context) {
    return context->kept_functions - context->released_count;
}

int32_t njl_is_given_up(const njl_context *context) { return context->given_up != 0; }

int32_t njl_is_busy(const njl_context *context) {
    return atomic_load(&((njl_context *)context)->depth) > 0;
}

int32_t njl_is_busy_elsewhere(const njl_context *context) {
    return atomic_load(&((njl_context *)context)->depth) > 0 &&
        !pthread_equal(context->thread, pthread_self());
}
