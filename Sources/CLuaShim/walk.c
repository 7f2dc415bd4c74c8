// The defined order of a table's keys: integers ascending, other numbers ascending, strings by
// bytes, false, true. Keys of other kinds have no order that a second run would repeat.
#include <stdlib.h>

#include "internal.h"

enum { POLL_MASK = 0xFFF };

// Ranks begin with the kind; what is left tells most keys of a kind apart.
enum { RANK_BITS = 61 };

static inline uint64_t load(const char *text, size_t count) {
    uint64_t bytes = 0;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    memcpy(&bytes, text, count);
    return __builtin_bswap64(bytes);
#else
    memcpy((char *)&bytes, text, count);
    return bytes;
#endif
}

static inline uint64_t rank_of_string(const char *text, size_t count) {
    uint64_t bytes = 0;
    if (count >= 8) {
        bytes = load(text, 8);
    } else if (count >= 4) {
        // Two overlapping halves, in place of a loop over the bytes.
        bytes = load(text, 4) | load(text + count - 4, 4) >> (8 * (count - 4));
    } else {
        for (size_t i = 0; i < count; i++) {
            bytes |= (uint64_t)(unsigned char)text[i] << (56 - 8 * i);
        }
    }
    return (uint64_t)NJL_KEY_STRING << RANK_BITS | bytes >> (64 - RANK_BITS);
}

static inline uint64_t rank_of_integer(lua_Integer value) {
    const lua_Integer half = (lua_Integer)1 << (RANK_BITS - 1);
    if (value < -half) value = -half;
    if (value > half - 1) value = half - 1;
    return (uint64_t)NJL_KEY_INTEGER << RANK_BITS | (uint64_t)(value + half);
}

static int compare(const njl_entry *a, const njl_entry *b) {
    if (a->rank != b->rank) return a->rank < b->rank ? -1 : 1;
    switch (a->kind) {
        case NJL_KEY_NUMBER:
            return a->key.number < b->key.number ? -1 : a->key.number > b->key.number;
        case NJL_KEY_STRING: {
            size_t shorter = a->key_count < b->key_count ? a->key_count : b->key_count;
            // Equal ranks mean seven equal bytes: of a shorter one, the other is a continuation.
            int order = shorter < 8 ? 0 : memcmp(a->key.text, b->key.text, shorter);
            if (order) return order;
            return a->key_count < b->key_count ? -1 : a->key_count > b->key_count;
        }
        default:
            return a->key.integer < b->key.integer ? -1 : a->key.integer > b->key.integer;
    }
}

int njl_compare_keys(const njl_entry *a, const njl_entry *b) { return compare(a, b); }

static inline void read_key(lua_State *L, int index, int type, njl_entry *entry) {
    switch (type) {
        case LUA_TSTRING:
            entry->kind = NJL_KEY_STRING;
            entry->key.text = lua_tolstring(L, index, &entry->key_count);
            entry->rank = rank_of_string(entry->key.text, entry->key_count);
            break;
        case LUA_TNUMBER:
            if (lua_isinteger(L, index)) {
                entry->kind = NJL_KEY_INTEGER;
                entry->key.integer = lua_tointeger(L, index);
                entry->rank = rank_of_integer(entry->key.integer);
            } else {
                entry->kind = NJL_KEY_NUMBER;
                entry->key.number = lua_tonumber(L, index);
                entry->rank = (uint64_t)NJL_KEY_NUMBER << RANK_BITS;
            }
            break;
        case LUA_TBOOLEAN:
            entry->kind = NJL_KEY_BOOLEAN;
            entry->key.integer = lua_toboolean(L, index);
            entry->rank = (uint64_t)NJL_KEY_BOOLEAN << RANK_BITS;
            break;
        default:
            entry->kind = NJL_KEY_UNORDERED;
            entry->key.integer = 0;
            entry->rank = (uint64_t)NJL_KEY_UNORDERED << RANK_BITS;
    }
}

void njl_read_key(lua_State *L, int index, njl_entry *entry) {
    read_key(L, index, lua_type(L, index), entry);
}

void njl_push_key(lua_State *L, const njl_entry *entry) {
    switch (entry->kind) {
        case NJL_KEY_INTEGER: lua_pushinteger(L, entry->key.integer); break;
        case NJL_KEY_NUMBER: lua_pushnumber(L, entry->key.number); break;
        case NJL_KEY_STRING: lua_pushlstring(L, entry->key.text, entry->key_count); break;
        default: lua_pushboolean(L, (int)entry->key.integer);
    }
}

static inline void read_value(lua_State *L, int index, njl_entry *entry) {
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
    njl_ranked *order = realloc(walk->order, capacity * sizeof *order);
    if (!order) njl_raise_memory(L);
    walk->order = order;
    walk->order_capacity = capacity;
}

static inline int precedes(
    const njl_entry *entries, const njl_ranked *a, const njl_ranked *b) {
    if (a->rank != b->rank) return a->rank < b->rank;
    return compare(&entries[a->entry], &entries[b->entry]) < 0;
}

// A merge sort of places. The keys are distinct, so any right sort gives this order.
static void sort_keys(lua_State *L, const njl_entry *entries, njl_ranked *order,
                      njl_ranked *spare, size_t count) {
    const size_t run = 12;
    for (size_t start = 0; start < count; start += run) {
        size_t end = start + run < count ? start + run : count;
        for (size_t i = start + 1; i < end; i++) {
            njl_ranked moving = order[i];
            size_t j = i;
            while (j > start && precedes(entries, &moving, &order[j - 1])) {
                order[j] = order[j - 1];
                j--;
            }
            order[j] = moving;
        }
        if ((start & POLL_MASK) == 0) njl_poll(L);
    }
    njl_ranked *from = order, *to = spare;
    for (size_t width = run; width < count; width *= 2) {
        for (size_t start = 0; start < count; start += 2 * width) {
            size_t middle = start + width < count ? start + width : count;
            size_t end = start + 2 * width < count ? start + 2 * width : count;
            size_t left = start, right = middle;
            for (size_t k = start; k < end; k++) {
                if ((k & POLL_MASK) == 0) njl_poll(L);
                int takes_left = left < middle;
                if (takes_left && right < end) {
                    takes_left = precedes(entries, &from[left], &from[right]);
                }
                to[k] = takes_left ? from[left++] : from[right++];
            }
        }
        njl_ranked *swap = from;
        from = to;
        to = swap;
    }
    if (from != order) memcpy(order, from, count * sizeof *order);
}

// Values are read for the encoder alone, which is the one that asks about keys without an order.
size_t njl_walk_keys(
    lua_State *L, int table, lua_Integer skip, size_t *count, const char **unordered,
    size_t *left) {
    enum { CHECKED = 64 };
    njl_walk *walk = &njl_context_of(L)->walk;
    size_t base = walk->count, visited = 0, most = left ? *left : 0;
    int top = lua_gettop(L);
    if (njl_is_plain_list(L, table)) {
        // All that can follow the list are elements behind a hole in it.
        if (skip > 0) {
            lua_pushinteger(L, skip);
        } else {
            lua_pushnil(L);
        }
        if (!lua_next(L, table)) {
            njl_charge(L, (size_t)skip);
            *count = 0;
            return walk->order_count;
        }
        lua_settop(L, top);
    }
    lua_pushnil(L);
    while (lua_next(L, table)) {
        if ((++visited & POLL_MASK) == 0) njl_charge(L, POLL_MASK + 1);
        // Most keys of most tables are the list's.
        int type = lua_type(L, -2);
        lua_Integer at = type == LUA_TNUMBER && skip > 0 ? lua_tointeger(L, -2) : 0;
        if (at >= 1 && at <= skip) {
            lua_pop(L, 1);
            continue;
        }
        reserve_entry(L, walk);
        njl_entry *entry = &walk->entries[walk->count];
        read_key(L, -2, type, entry);
        if (entry->kind == NJL_KEY_UNORDERED) {
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
        if (unordered) read_value(L, -1, entry);
        size_t taken = walk->count++ - base;
        if (taken < most) {
            if (taken % CHECKED == 0) njl_need_stack(L, CHECKED + 8);
            lua_copy(L, -2, -1);
            continue;
        }
        lua_pop(L, 1);
        if (most) {
            // Too many after all: what was left is let go, and the walk goes on from this key.
            lua_replace(L, top + 1);
            lua_settop(L, top + 1);
            most = *left = 0;
        }
    }
    *count = walk->count - base;
    // What the sort will do, near enough.
    njl_charge(L, (visited & POLL_MASK) + 2 * *count);
    reserve_order(L, walk, 2 * *count);
    size_t first = walk->order_count;
    njl_ranked *order = walk->order + first;
    for (size_t i = 0; i < *count; i++) {
        size_t entry = base + i;
        order[i] = (njl_ranked){walk->entries[entry].rank, (uint32_t)entry};
    }
    sort_keys(L, walk->entries, order, order + *count, *count);
    walk->order_count = first + *count;
    return first;
}
