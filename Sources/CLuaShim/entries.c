// The entries: what the host asks of an interpreter.
#include "internal.h"

// What an entry does, once protected. `work` leaves nothing behind.
typedef struct {
    const uint8_t *bytes;
    size_t count;
    const char *text, *module;
    int32_t number, flag;
} request;

// What is left to compile.
typedef struct {
    const char *bytes;
    size_t count;
} njl_source;

void njl_free_released(lua_State *L) {
    njl_context *context = njl_context_of(L);
    if (context->released_count == 0) return;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &njl_references_key);
    pthread_mutex_lock(&context->release_lock);
    while (context->released_count) {
        int32_t reference = context->released[--context->released_count];
        pthread_mutex_unlock(&context->release_lock);
        luaL_unref(L, -1, reference);
        context->kept_functions--;
        pthread_mutex_lock(&context->release_lock);
    }
    pthread_mutex_unlock(&context->release_lock);
    lua_pop(L, 1);
}

// Hands the source over in pieces, so that compiling ends with the budget. They are small: the
// compiler searches its labels from the first, so that a piece full of them takes a while.
static const char *next_piece(lua_State *L, void *opaque, size_t *count) {
    njl_source *source = opaque;
    enum { PIECE = 512 };
    *count = source->count < PIECE ? source->count : PIECE;
    njl_charge(L, *count);
    const char *piece = source->bytes;
    source->bytes += *count;
    source->count -= *count;
    return *count ? piece : NULL;
}

int njl_compile(lua_State *L, const char *source, size_t count, const char *chunk) {
    njl_source whole = {source, count};
    return lua_load(L, next_piece, &whole, chunk, "t");
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
    njl_free_released(L);
    context->loading = r->text;
    int status = njl_compile(L, (const char *)r->bytes, r->count, r->text);
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
    int result = njl_enter(context, load_work, &r, &budget);
    *reference = r.number;
    return result;
}

static int call_work(lua_State *L) {
    request *r = lua_touserdata(L, 1);
    njl_free_released(L);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &njl_references_key);
    lua_rawgeti(L, -1, r->number);
    lua_remove(L, -2);
    int arguments = njl_decode(L, r->bytes, r->count);
    lua_call(L, arguments, LUA_MULTRET);
    njl_encode(L, 2, lua_gettop(L) - 1, r->flag);
    return 0;
}

// Once a function has returned no frame of it is left to name; its chunk still is.
void njl_name_function(njl_context *context, int32_t reference) {
    if (*context->report.chunk || context->given_up) return;
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

int32_t njl_call(
    njl_context *context, int32_t reference, const uint8_t *arguments, size_t count,
    njl_budget budget, int32_t keeps_references) {
    request r = {
        .bytes = arguments, .count = count, .number = reference, .flag = keeps_references};
    int result = njl_enter(context, call_work, &r, &budget);
    if (result != NJL_OK) njl_name_function(context, reference);
    return result;
}

// The host may add things from inside a host function, also after a script's budget is spent.
static int32_t enter_unbudgeted(njl_context *context, lua_CFunction work, request *r) {
    // What is given up needs nothing more.
    if (context->given_up) return NJL_OK;
    int before = context->registering;
    context->registering = 1;
    int32_t result = njl_enter(context, work, r, NULL);
    context->registering = before;
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
    njl_see_through(L, -1);
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
    lua_pushstring(L, path);
    lua_insert(L, -2);
    lua_rawset(L, -3);
    return 0;
}

int32_t njl_define(
    njl_context *context, const char *module, const char *path, int32_t index,
    const uint8_t *value, size_t count) {
    request r = {
        .bytes = value, .count = count, .text = path, .module = module, .number = index};
    return enter_unbudgeted(context, define_work, &r);
}

static int seal_work(lua_State *L) {
    request *r = lua_touserdata(L, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &njl_modules_key);
    lua_pushstring(L, r->module);
    if (lua_getfield(L, -2, r->module) != LUA_TTABLE) {
        lua_pop(L, 1);
        lua_newtable(L);
    }
    njl_seal(L, r->text, 1);
    lua_rawset(L, -3);
    return 0;
}

int32_t njl_seal_module(njl_context *context, const char *module, const char *shown) {
    request r = {.text = shown, .module = module};
    return enter_unbudgeted(context, seal_work, &r);
}

static int methods_work(lua_State *L) {
    request *r = lua_touserdata(L, 1);
    njl_add_class(L, r->module, r->text, r->number);
    return 0;
}

int32_t njl_give_methods(
    njl_context *context, const char *module, const char *shown, int32_t number) {
    request r = {.text = shown, .module = module, .number = number};
    return enter_unbudgeted(context, methods_work, &r);
}

njl_place njl_function_place(njl_context *context, int32_t reference) {
    lua_State *L = context->current;
    int top = context->given_up ? 0 : lua_gettop(L);
    lua_Debug function = {.what = "C"};
    njl_report *report = &context->report;
    report->chunk[0] = 0;
    if (!context->given_up && lua_checkstack(L, 3)) {
        lua_rawgetp(L, LUA_REGISTRYINDEX, &njl_references_key);
        if (lua_rawgeti(L, -1, reference) == LUA_TFUNCTION) {
            lua_getinfo(L, ">S", &function);
            njl_report_chunk(report, &function);
        }
    }
    if (!context->given_up) lua_settop(L, top);
    int is_lua = *function.what != 'C';
    return (njl_place){
        .chunk = report->chunk,
        .line = is_lua ? function.linedefined : 0,
        .last_line = is_lua ? function.lastlinedefined : 0,
    };
}

