// The order of a record's keys, worked out once for all the records that have the same keys.
//
// Scripts walk over many tables of few fields, and over most of them again and again: ordering the
// keys anew would cost more than the walk. Keys are recognised by their identity, which is right
// because a shape keeps its keys alive.
//
// A shape is a function: the one that `pairs` hands out for such a table. Like the stock `next` it
// knows its place by the key before, so that one function serves any number of traversals.
#include "internal.h"

enum { MOST_KEYS = 64, SLOT_BITS = 5, SLOTS = 1 << SLOT_BITS };

// Places on the stack that a function has without asking, less some for other things.
enum { GIVEN = LUA_MINSTACK - 8 };

// The first upvalue of a shape; the keys in order are those that follow.
typedef struct {
    size_t count;
    size_t likely;  // where the last step of any traversal ended: a guess, and checked
    const void *keys[];  // in order, and then once more as Lua's own walk meets them
} shape;

static const void *const *met_of(const shape *keys) { return keys->keys + keys->count; }

// The shapes seen last; their functions are the user values, which keeps them.
typedef struct {
    const shape *slots[SLOTS];
} shapes_seen;

void njl_push_shapes(lua_State *L) {
    shapes_seen *seen = lua_newuserdatauv(L, sizeof *seen, SLOTS);
    *seen = (shapes_seen){{NULL}};
}

// How many keys come before the one to begin with, after the key at 2.
static size_t place_after(lua_State *L, const shape *keys) {
    const void *key = lua_topointer(L, 2);
    if (keys->likely > 0 && keys->keys[keys->likely - 1] == key) return keys->likely;
    if (lua_isnoneornil(L, 2)) return 0;
    for (size_t i = 0; i < keys->count; i++) {
        if (keys->keys[i] == key) return i + 1;
    }
    return (size_t)luaL_error(L, "this traversal has no such key to go on from");
}

// Steps through the keys, passing over those whose entries became nil.
static int step(lua_State *L) {
    if (lua_type(L, 1) != LUA_TTABLE) luaL_checktype(L, 1, LUA_TTABLE);
    shape *keys = lua_touserdata(L, lua_upvalueindex(1));
    njl_charge(L, 1);
    for (size_t at = place_after(L, keys); at < keys->count; at++) {
        lua_pushvalue(L, lua_upvalueindex(2 + (int)at));
        lua_pushvalue(L, -1);
        if (lua_rawget(L, 1) != LUA_TNIL) {
            keys->likely = at + 1;
            return 2;
        }
        lua_pop(L, 2);
    }
    lua_pushnil(L);
    return 1;
}

// Pushes the shape of the keys that stand on the stack from `first` on.
static const shape *push_new_shape(
    lua_State *L, int first, const void *const *met, size_t count) {
    njl_entry entries[MOST_KEYS];
    size_t order[MOST_KEYS];
    luaL_checkstack(L, MOST_KEYS + 8, NULL);
    for (size_t i = 0; i < count; i++) {
        njl_read_key(L, first + (int)i, &entries[i]);
        size_t at = i;
        for (; at > 0 && njl_compare_keys(&entries[i], &entries[order[at - 1]]) < 0; at--) {
            order[at] = order[at - 1];
        }
        order[at] = i;
    }
    shape *made = lua_newuserdatauv(L, sizeof *made + 2 * count * sizeof *met, 0);
    made->count = count;
    made->likely = 0;
    memcpy(made->keys + count, met, count * sizeof *met);
    for (size_t i = 0; i < count; i++) {
        made->keys[i] = met[order[i]];
        lua_pushvalue(L, first + (int)order[i]);
    }
    lua_pushcclosure(L, step, 1 + (int)count);
    return made;
}

size_t njl_push_shape(lua_State *L, int table, int shapes) {
    const void *met[MOST_KEYS];
    size_t count = 0;
    uint64_t mark = 0;
    int top = lua_gettop(L);
    lua_pushnil(L);
    while (lua_next(L, table)) {
        if (count == MOST_KEYS || lua_type(L, -2) != LUA_TSTRING) {
            lua_settop(L, top);
            return 0;
        }
        if (count == GIVEN) luaL_checkstack(L, MOST_KEYS + 8, NULL);
        met[count] = lua_topointer(L, -2);
        mark = (mark ^ (uintptr_t)met[count++]) * UINT64_C(0x9E3779B97F4A7C15);
        lua_copy(L, -2, -1);
    }
    if (count == 0) return 0;
    size_t slot = mark >> (64 - SLOT_BITS);
    shapes_seen *seen = lua_touserdata(L, shapes);
    const shape *known = seen->slots[slot];
    if (known && known->count == count && !memcmp(met_of(known), met, count * sizeof *met)) {
        lua_getiuservalue(L, shapes, (int)slot + 1);
        return count;
    }
    known = push_new_shape(L, top + 1, met, count);
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, shapes, (int)slot + 1);
    seen->slots[slot] = known;
    return count;
}
