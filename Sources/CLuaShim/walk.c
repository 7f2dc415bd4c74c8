// The defined order of a table's keys: integers ascending, other numbers ascending, strings by
// bytes, false, true. Keys of other kinds have no order that a second run would repeat.
#include <stdlib.h>

#include "internal.h"

enum { POLL_MASK = 0xFFF };

int njl_compare_keys(const njl_entry *a, const njl_entry *b) {
    if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
    switch (a->kind) {
        case NJL_KEY_NUMBER:
            return a->key.number < b->key.number ? -1 : a->key.number > b->key.number;
        case NJL_KEY_STRING: {
            size_t shorter = a->key_count < b->key_count ? a->key_count : b->key_count;
            // Every Lua string ends with a zero byte, so the first byte can always be read.
            int order = (unsigned char)*a->key.text - (unsigned char)*b->key.text;
            if (order == 0) order = memcmp(a->key.text, b->key.text, shorter);
            if (order) return order;
            return a->key_count < b->key_count ? -1 : a->key_count > b->key_count;
        }
        default:
            return a->key.integer < b->key.integer ? -1 : a->key.integer > b->key.integer;
    }
}

void njl_read_key(lua_State *L, int index, njl_entry *entry) {
    entry->key_count = 0;
    switch (lua_type(L, index)) {
        case LUA_TNUMBER:
            if (lua_isinteger(L, index)) {
                entry->kind = NJL_KEY_INTEGER;
                entry->key.integer = lua_tointeger(L, index);
            } else {
                entry->kind = NJL_KEY_NUMBER;
                entry->key.number = lua_tonumber(L, index);
            }
            break;
        case LUA_TSTRING:
            entry->kind = NJL_KEY_STRING;
            entry->key.text = lua_tolstring(L, index, &entry->key_count);
            break;
        case LUA_TBOOLEAN:
            entry->kind = NJL_KEY_BOOLEAN;
            entry->key.integer = lua_toboolean(L, index);
            break;
        default:
            entry->kind = NJL_KEY_UNORDERED;
            entry->key.integer = 0;
    }
}

void njl_push_key(lua_State *L, const njl_entry *entry) {
    switch (entry->kind) {
        case NJL_KEY_INTEGER: lua_pushinteger(L, entry->key.integer); break;
        case NJL_KEY_NUMBER: lua_pushnumber(L, entry->key.number); break;
        case NJL_KEY_STRING: lua_pushlstring(L, entry->key.text, entry->key_count); break;
        default: lua_pushboolean(L, (int)entry->key.integer);
    }
}

static void read_value(lua_State *L, int index, njl_entry *entry) {
    entry->value_count = 0;
    switch (lua_type(L, index)) {
        case LUA_TBOOLEAN:
            entry->value_tag = lua_toboolean(L, index) ? NJL_TAG_TRUE : NJL_TAG_FALSE;
            break;
        case LUA_TNUMBER:
            if (lua_isinteger(L, index)) {
                entry->value_tag = NJL_TAG_INTEGER;
                entry->value.integer = lua_tointeger(L, index);
            } else {
                entry->value_tag = NJL_TAG_NUMBER;
                entry->value.number = lua_tonumber(L, index);
            }
            break;
        case LUA_TSTRING:
            entry->value_tag = NJL_TAG_STRING;
            entry->value.text = lua_tolstring(L, index, &entry->value_count);
            break;
        default: entry->value_tag = NJL_TAG_TABLE;
    }
}

// Room for one more entry. The scratch space is outside Lua's heap; it obeys the same limit.
static void reserve_entry(lua_State *L, njl_walk *walk) {
    if (walk->count < walk->capacity) return;
    size_t capacity = walk->capacity ? walk->capacity * 2 : 64;
    size_t limit = njl_context_of(L)->limit;
    if (capacity >= UINT32_MAX || (capacity > 4096 && capacity > limit / sizeof(njl_entry))) {
        njl_raise_memory(L);
    }
    njl_entry *entries = realloc(walk->entries, capacity * sizeof *entries);
    if (!entries) njl_raise_memory(L);
    walk->entries = entries;
    walk->capacity = capacity;
}

static void reserve_order(lua_State *L, njl_walk *walk, size_t extra) {
    size_t needed = walk->order_count + extra;
    if (needed <= walk->order_capacity) return;
    size_t capacity = needed < 128 ? 128 : needed + needed / 2;
    uint32_t *order = realloc(walk->order, capacity * sizeof *order);
    if (!order) njl_raise_memory(L);
    walk->order = order;
    walk->order_capacity = capacity;
}

// A merge sort of positions. The keys are distinct, so any right sort gives this order.
static void sort_keys(lua_State *L, const njl_entry *entries, uint32_t *order, uint32_t *spare,
                      size_t count) {
    const size_t run = 12;
    for (size_t start = 0; start < count; start += run) {
        size_t end = start + run < count ? start + run : count;
        for (size_t i = start + 1; i < end; i++) {
            uint32_t moving = order[i];
            size_t j = i;
            while (j > start && njl_compare_keys(&entries[order[j - 1]], &entries[moving]) > 0) {
                order[j] = order[j - 1];
                j--;
            }
            order[j] = moving;
        }
        if ((start & POLL_MASK) == 0) njl_poll(L);
    }
    uint32_t *from = order, *to = spare;
    for (size_t width = run; width < count; width *= 2) {
        for (size_t start = 0; start < count; start += 2 * width) {
            size_t middle = start + width < count ? start + width : count;
            size_t end = start + 2 * width < count ? start + 2 * width : count;
            size_t left = start, right = middle;
            for (size_t k = start; k < end; k++) {
                if ((k & POLL_MASK) == 0) njl_poll(L);
                int takes_left = left < middle;
                if (takes_left && right < end) {
                    takes_left =
                        njl_compare_keys(&entries[from[left]], &entries[from[right]]) < 0;
                }
                to[k] = takes_left ? from[left++] : from[right++];
            }
        }
        uint32_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != order) memcpy(order, from, count * sizeof *order);
}

size_t njl_walk_keys(
    lua_State *L, int table, lua_Integer skip, size_t *count, const char **unordered) {
    njl_walk *walk = &njl_context_of(L)->walk;
    size_t base = walk->count, visited = 0;
    lua_pushnil(L);
    while (lua_next(L, table)) {
        if ((++visited & POLL_MASK) == 0) njl_charge(L, POLL_MASK + 1);
        njl_entry entry;
        njl_read_key(L, -2, &entry);
        if (entry.kind == NJL_KEY_UNORDERED) {
            const char *name = luaL_typename(L, -2);
            lua_pop(L, 2);
            walk->count = base;
            if (unordered) {
                *unordered = name;
                return 0;
            }
            luaL_error(L, "a %s as a key has no order that a second run would repeat; "
                          "keep such things in a list", name);
        }
        if (entry.kind != NJL_KEY_INTEGER || entry.key.integer < 1 || entry.key.integer > skip) {
            read_value(L, -1, &entry);
            reserve_entry(L, walk);
            walk->entries[walk->count++] = entry;
        }
        lua_pop(L, 1);
    }
    *count = walk->count - base;
    // What the sort will do, near enough.
    njl_charge(L, (visited & POLL_MASK) + 2 * *count);
    reserve_order(L, walk, 2 * *count);
    size_t first = walk->order_count;
    uint32_t *order = walk->order + first;
    for (size_t i = 0; i < *count; i++) order[i] = (uint32_t)(base + i);
    sort_keys(L, walk->entries, order, order + *count, *count);
    walk->order_count = first + *count;
    return first;
}
