// The basic functions that are ours: protected calls that a spent budget passes through, traversal
// in a defined order, texts without addresses, metatables without finalizers.
#include "internal.h"

static int finish_call(lua_State *L, int status, lua_KContext extra) {
    if (status != LUA_OK && status != LUA_YIELD) {
        njl_settle(L, status);
        njl_context_of(L)->carried.value = NULL;
        lua_pushboolean(L, 0);
        lua_pushvalue(L, -2);
        return 2;
    }
    njl_poll(L);
    return lua_gettop(L) - (int)extra;
}

static int base_pcall(lua_State *L) {
    njl_charge(L, 4);
    luaL_checkany(L, 1);
    lua_pushboolean(L, 1);
    lua_insert(L, 1);
    int status = lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 0, 0, finish_call);
    return finish_call(L, status, 0);
}

static int call_handler(lua_State *L) {
    if (njl_context_of(L)->tripped) return 1;
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, 1);
    return 1;
}

static int base_xpcall(lua_State *L) {
    njl_charge(L, 4);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    int arguments = lua_gettop(L) - 2;
    lua_pushvalue(L, 2);
    lua_pushcclosure(L, call_handler, 1);
    lua_replace(L, 2);
    // The handler stays at 2; above it come true, the function and its arguments.
    lua_pushboolean(L, 1);
    lua_pushvalue(L, 1);
    lua_rotate(L, 3, 2);
    int status = lua_pcallk(L, arguments, LUA_MULTRET, 2, 2, finish_call);
    return finish_call(L, status, 2);
}

// Steps through 1...n, with n the table's length when the traversal began. Entries that became nil
// are passed over.
static int step_array(lua_State *L) {
    lua_Integer length = lua_tointeger(L, lua_upvalueindex(1));
    if (lua_type(L, 1) != LUA_TTABLE) luaL_checktype(L, 1, LUA_TTABLE);
    njl_charge(L, 1);
    lua_Integer i = lua_tointeger(L, 2);
    if (i < 0) i = 0;
    for (; i < length; i++) {
        if ((i & 0xFFF) == 0xFFF) njl_charge(L, 0x1000);
        lua_pushinteger(L, i + 1);
        if (lua_rawgeti(L, 1, i + 1) != LUA_TNIL) return 2;
        lua_pop(L, 2);
    }
    lua_pushnil(L);
    return 1;
}

// A key that comes before or after the list: a number, a boolean, or the place of a text.
typedef struct {
    uint8_t kind;
    union {
        lua_Integer integer;
        lua_Number number;
    };
} field_key;

// A traversal of any other table: 1...length stands between the other keys.
typedef struct {
    lua_Integer position, length, fields;
    lua_Integer low;  // how many of the keys are integers below 1, which come before the list
    int texts;        // how many of the keys are texts
    field_key keys[];
} traversal;

// Upvalues of a step: the traversal, whose other keys are numbers for the most part; then those that
// are texts, or a table of them where they are too many for upvalues.
enum { TRAVERSAL = 1, TEXTS, MOST_TEXTS = 255 - TRAVERSAL };

// Pushes a key of a traversal and what the table at 1 has there; the type of that.
static int push_pair(lua_State *L, const traversal *walk, const field_key *key) {
    switch (key->kind) {
        case NJL_KEY_INTEGER:
            lua_pushinteger(L, key->integer);
            return lua_rawgeti(L, 1, key->integer);
        case NJL_KEY_NUMBER: lua_pushnumber(L, key->number); break;
        case NJL_KEY_STRING:
            if (walk->texts <= MOST_TEXTS) {
                lua_pushvalue(L, lua_upvalueindex(TEXTS + (int)key->integer));
            } else {
                lua_rawgeti(L, lua_upvalueindex(TEXTS), key->integer + 1);
            }
            break;
        default: lua_pushboolean(L, (int)key->integer);
    }
    lua_pushvalue(L, -1);
    return lua_rawget(L, 1);
}

// Steps through the keys as they were when the traversal began, passing over entries that became
// nil. The walk is not told by the last key but by a count, so that steps cost no search.
static int step_keys(lua_State *L) {
    if (lua_type(L, 1) != LUA_TTABLE) luaL_checktype(L, 1, LUA_TTABLE);
    traversal *walk = lua_touserdata(L, lua_upvalueindex(TRAVERSAL));
    njl_charge(L, 1);
    lua_Integer end = walk->length + walk->fields;
    while (walk->position < end) {
        lua_Integer at = walk->position++, element = at - walk->low + 1;
        int type;
        if ((at & 0xFFF) == 0xFFF) njl_charge(L, 0x1000);
        if (element >= 1 && element <= walk->length) {
            lua_pushinteger(L, element);
            type = lua_rawgeti(L, 1, element);
        } else {
            type = push_pair(L, walk, &walk->keys[element < 1 ? at : at - walk->length]);
        }
        if (type != LUA_TNIL) return 2;
        lua_pop(L, 2);
    }
    lua_pushnil(L);
    return 1;
}

// Replaces a sealed table at 1 by a copy: what `pairs` hands out would else be a way to the real
// table.
static int copy_sealed(lua_State *L) {
    if (!njl_see_through(L, 1)) return 0;
    lua_settop(L, 1);
    lua_newtable(L);
    lua_pushnil(L);
    while (lua_next(L, 1)) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, 2);
    }
    lua_replace(L, 1);
    return 1;
}

// Pushes the step through the table at 1 whose keys, other than a list's, were walked over last.
static void push_step(lua_State *L, lua_Integer length, size_t first, size_t fields) {
    const njl_walk *walk = &njl_context_of(L)->walk;
    const njl_ranked *order = walk->order + first;
    size_t texts = 0;
    for (size_t i = 0; i < fields; i++) {
        texts += walk->entries[order[i].entry].kind == NJL_KEY_STRING;
    }
    int is_in_table = texts > MOST_TEXTS;
    njl_need_stack(L, (is_in_table ? 0 : (int)texts) + 8);
    traversal *made = lua_newuserdatauv(L, sizeof *made + fields * sizeof *made->keys, 0);
    *made = (traversal){.length = length, .fields = (lua_Integer)fields, .texts = (int)texts};
    if (is_in_table) lua_createtable(L, (int)texts, 0);
    texts = 0;
    for (size_t i = 0; i < fields; i++) {
        const njl_entry *entry = &walk->entries[order[i].entry];
        made->keys[i] = (field_key){.kind = entry->kind, .integer = entry->key.integer};
        if (entry->kind == NJL_KEY_INTEGER && entry->key.integer < 1) made->low++;
        if ((i & 0xFFF) == 0) njl_poll(L);
        if (entry->kind != NJL_KEY_STRING) continue;
        if (entry->stack_place) {
            lua_pushvalue(L, entry->stack_place);
        } else {
            njl_push_key(L, entry);
        }
        made->keys[i].integer = (lua_Integer)texts++;
        if (is_in_table) lua_rawseti(L, -2, (lua_Integer)texts);
    }
    lua_pushcclosure(L, step_keys, TRAVERSAL + (is_in_table ? 1 : (int)texts));
}

enum { MOST_KEPT = 1 << 12 };

// Its upvalue remembers shapes.
int njl_pairs(lua_State *L) {
    if (lua_type(L, 1) != LUA_TTABLE || lua_getmetatable(L, 1)) {
        luaL_checkany(L, 1);
        if (!copy_sealed(L) && luaL_getmetafield(L, 1, "__pairs") != LUA_TNIL) {
            lua_pushvalue(L, 1);
            lua_call(L, 1, 3);
            return 3;
        }
        luaL_checktype(L, 1, LUA_TTABLE);
    }
    lua_settop(L, 1);
    njl_walk *walk = &njl_context_of(L)->walk;
    walk->count = walk->order_count = 0;
    // Any border will do: holes below it are passed over, what lies above it is sorted.
    lua_Integer length = (lua_Integer)lua_rawlen(L, 1);
    size_t fields = 0, guess = NJL_NO_GUESS;
    if (length == 0) fields = njl_push_likely_shape(L, 1, lua_upvalueindex(1), &guess);
    if (fields) {
        // As the walk below does: an account does not depend on what was seen before.
        njl_charge_places(L, 1);
        njl_charge(L, 4 * fields);
        lua_pushvalue(L, 1);
        lua_pushnil(L);
        return 3;
    }
    size_t first = njl_walk_keys(L, 1, length, &fields, NULL);
    njl_charge(L, fields);
    if (fields == 0) {
        lua_pushinteger(L, length);
        lua_pushcclosure(L, step_array, 1);
        lua_pushvalue(L, 1);
        lua_pushinteger(L, 0);
        return 3;
    }
    if (length > 0 || !njl_push_shape(L, first, fields, lua_upvalueindex(1), guess)) {
        push_step(L, length, first, fields);
    }
    // Room for many keys is no memory that a script should hold on to.
    if (walk->capacity > MOST_KEPT) njl_drop_walk(njl_context_of(L));
    lua_pushvalue(L, 1);
    lua_pushnil(L);
    return 3;
}

// Finds the key after the given one by looking at all of them: right for a question or two, while
// `pairs` is the way to walk.
static int base_next(lua_State *L) {
    njl_charge(L, 1);
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 2);
    njl_see_through(L, 1);
    njl_entry after, best, key;
    int starts = lua_isnil(L, 2), found = 0;
    if (!starts) {
        njl_read_key(L, 2, &after);
        if (after.kind == NJL_KEY_UNORDERED) {
            return luaL_error(L, "next cannot order keys of type %s", luaL_typename(L, 2));
        }
        if (after.kind == NJL_KEY_INTEGER && after.key.integer < LUA_MAXINTEGER) {
            lua_pushinteger(L, after.key.integer + 1);
            if (lua_rawgeti(L, 1, after.key.integer + 1) != LUA_TNIL) return 2;
            lua_settop(L, 2);
        }
    }
    size_t visited = 0;
    njl_charge_places(L, 1);
    lua_pushnil(L);
    while (lua_next(L, 1)) {
        if ((++visited & 0xFFF) == 0) njl_charge(L, 0x1000);
        njl_read_key(L, -2, &key);
        if (key.kind == NJL_KEY_UNORDERED) {
            return luaL_error(L, "next cannot order keys of type %s", luaL_typename(L, -2));
        }
        if ((starts || njl_compare_keys(&key, &after) > 0) &&
            (!found || njl_compare_keys(&key, &best) < 0)) {
            best = key;
            found = 1;
        }
        lua_pop(L, 1);
    }
    njl_charge(L, visited & 0xFFF);
    if (!found) {
        lua_pushnil(L);
        return 1;
    }
    njl_push_key(L, &best);
    lua_pushvalue(L, -1);
    lua_rawget(L, 1);
    return 2;
}

static int base_setmetatable(lua_State *L) {
    njl_charge(L, 1);
    luaL_checktype(L, 1, LUA_TTABLE);
    int type = lua_type(L, 2);
    luaL_argexpected(L, type == LUA_TNIL || type == LUA_TTABLE, 2, "nil or table");
    if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL) {
        return luaL_error(L, "cannot change a protected metatable");
    }
    static const char *const refused[] = {"__gc", "__mode", NULL};
    for (const char *const *name = refused; type == LUA_TTABLE && *name; name++) {
        lua_pushstring(L, *name);
        if (lua_rawget(L, 2) != LUA_TNIL) {
            return luaL_error(
                L, "a metatable with '%s' is refused: what it does depends on the collector",
                *name);
        }
        lua_pop(L, 1);
    }
    lua_settop(L, 2);
    lua_setmetatable(L, 1);
    return 1;
}

static int base_rawset(lua_State *L) {
    njl_charge(L, 1);
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checkany(L, 2);
    luaL_checkany(L, 3);
    lua_settop(L, 3);
    lua_pushvalue(L, 1);
    if (njl_see_through(L, 4)) return njl_refuse_change(L);
    lua_settop(L, 3);
    lua_rawset(L, 1);
    return 1;
}

static int base_rawget(lua_State *L) {
    njl_charge(L, 1);
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checkany(L, 2);
    lua_settop(L, 2);
    njl_see_through(L, 1);
    lua_rawget(L, 1);
    return 1;
}

static int base_rawlen(lua_State *L) {
    njl_charge(L, 1);
    int type = lua_type(L, 1);
    luaL_argexpected(L, type == LUA_TTABLE || type == LUA_TSTRING, 1, "table or string");
    if (type == LUA_TTABLE) njl_see_through(L, 1);
    lua_pushinteger(L, (lua_Integer)lua_rawlen(L, 1));
    return 1;
}

// Pushes the text of a value: the value's own `__tostring`, else its name, never an address.
void njl_to_text(lua_State *L, int index) {
    index = lua_absindex(L, index);
    if (luaL_callmeta(L, index, "__tostring")) {
        if (!lua_isstring(L, -1)) luaL_error(L, "'__tostring' must return a string");
        return;
    }
    switch (lua_type(L, index)) {
        case LUA_TNIL:
        case LUA_TBOOLEAN:
        case LUA_TNUMBER:
        case LUA_TSTRING: luaL_tolstring(L, index, NULL); return;
        case LUA_TFUNCTION: {
            lua_Debug function;
            lua_pushvalue(L, index);
            lua_getinfo(L, ">S", &function);
            if (*function.what == 'C') {
                lua_pushliteral(L, "function: host");
            } else {
                lua_pushfstring(L, "function: %s:%d", function.short_src, function.linedefined);
            }
            return;
        }
        default:
            switch (luaL_getmetafield(L, index, "__name")) {
                case LUA_TSTRING: return;
                case LUA_TNIL: break;
                default: lua_pop(L, 1);
            }
            lua_pushstring(L, luaL_typename(L, index));
    }
}

static int base_tostring(lua_State *L) {
    njl_charge(L, 2);
    luaL_checkany(L, 1);
    njl_to_text(L, 1);
    return 1;
}

static int base_print(lua_State *L) {
    njl_context *context = njl_context_of(L);
    int count = lua_gettop(L);
    luaL_Buffer line;
    luaL_buffinit(L, &line);
    for (int i = 1; i <= count; i++) {
        if (i > 1) luaL_addchar(&line, '\t');
        njl_to_text(L, i);
        luaL_addvalue(&line);
    }
    luaL_pushresult(&line);
    size_t length;
    const char *text = lua_tolstring(L, -1, &length);
    njl_charge_bytes(L, length);
    context->host.print(context->owner, (const uint8_t *)text, length);
    njl_pass_given_up(context);
    return 0;
}

const luaL_Reg njl_base_functions[] = {
    {"pcall", base_pcall},   {"xpcall", base_xpcall},     {"next", base_next},
    {"setmetatable", base_setmetatable},                  {"rawset", base_rawset},
    {"rawget", base_rawget}, {"rawlen", base_rawlen},     {"tostring", base_tostring},
    {"print", base_print},
    {NULL, NULL}};
