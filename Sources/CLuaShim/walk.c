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

static inline void set_text(njl_entry *entry, const char *text, size_t count) {
    entry->kind = NJL_KEY_STRING;
    entry->key.text = text;
    entry->key_count = count;
    entry->stack_place = 0;
    entry->rank = rank_of_string(text, count);
}

static inline void set_integer(njl_entry *entry, lua_Integer value) {
    entry->kind = NJL_KEY_INTEGER;
    entry->key.integer = value;
    entry->rank = rank_of_integer(value);
}

static inline void set_number(njl_entry *entry, lua_Number value) {
    entry->kind = NJL_KEY_NUMBER;
    entry->key.number = value;
    entry->rank = (uint64_t)NJL_KEY_NUMBER << RANK_BITS;
}

static inline void set_boolean(njl_entry *entry, int value) {
    entry->kind = NJL_KEY_BOOLEAN;
    entry->key.integer = value;
    entry->rank = (uint64_t)NJL_KEY_BOOLEAN << RANK_BITS;
}

static inline void read_key(lua_State *L, int index, int type, njl_entry *entry) {
    size_t count;
    switch (type) {
        case LUA_TSTRING: {
            const char *text = lua_tolstring(L, index, &count);
            set_text(entry, text, count);
            break;
        }
        case LUA_TNUMBER:
            if (lua_isinteger(L, index)) {
                set_integer(entry, lua_tointeger(L, index));
            } else {
                set_number(entry, lua_tonumber(L, index));
            }
            break;
        case LUA_TBOOLEAN: set_boolean(entry, lua_toboolean(L, index)); break;
        default:
            entry->kind = NJL_KEY_UNORDERED;
            entry->key.integer = 0;
            entry->rank = (uint64_t)NJL_KEY_UNORDERED << RANK_BITS;
    }
}

// Reads the key of a field in a table's own memory. False for long texts, and for keys without an
// order.
static inline int read_field(const njl_layout *layout, const char *field, njl_entry *entry) {
    uint8_t type = (uint8_t)field[layout->key_type];
    if (type == layout->text) {
        const char *text;
        memcpy(&text, field + layout->key, sizeof text);
        set_text(entry, text + layout->text_bytes, (uint8_t)text[layout->text_count]);
    } else if (type == layout->integer) {
        lua_Integer value;
        memcpy(&value, field + layout->key, sizeof value);
        set_integer(entry, value);
    } else if (type == layout->number) {
        lua_Number value;
        memcpy(&value, field + layout->key, sizeof value);
        set_number(entry, value);
    } else if (type == layout->truth || type == layout->falsehood) {
        set_boolean(entry, type == layout->truth);
    } else {
        return 0;
    }
    return 1;
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
    if (capacity >= UINT32_MAX) njl_raise_memory(L);
    walk->entries = njl_resize_scratch(
        L, walk->entries, walk->capacity * sizeof *walk->entries,
        capacity * sizeof *walk->entries);
    walk->capacity = capacity;
}

static void reserve_order(lua_State *L, njl_walk *walk, size_t extra) {
    size_t needed = walk->order_count + extra;
    if (needed <= walk->order_capacity) return;
    size_t capacity = needed < 128 ? 128 : needed + needed / 2;
    walk->order = njl_resize_scratch(
        L, walk->order, walk->order_capacity * sizeof *walk->order,
        capacity * sizeof *walk->order);
    walk->order_capacity = capacity;
}

static inline int precedes(
    const njl_entry *entries, const njl_ranked *a, const njl_ranked *b) {
    if (a->rank != b->rank) return a->rank < b->rank;
    return compare(&entries[a->entry], &entries[b->entry]) < 0;
}

// Merges two sorted runs that follow each other, without a branch that the processor must guess.
static void merge(const njl_entry *entries, const njl_ranked *left, const njl_ranked *right,
                  const njl_ranked *end, njl_ranked *to) {
    const njl_ranked *middle = right;
    while (left < middle && right < end) {
        size_t takes_right = right->rank < left->rank;
        if (right->rank == left->rank) takes_right = (size_t)precedes(entries, right, left);
        *to++ = *(takes_right ? right : left);
        right += takes_right;
        left += 1 - takes_right;
    }
    memcpy(to, left, (size_t)(middle - left) * sizeof *to);
    memcpy(to + (middle - left), right, (size_t)(end - right) * sizeof *to);
}

// A merge sort of places. The keys are distinct, so any right sort gives this order.
static void sort_keys(lua_State *L, const njl_entry *entries, njl_ranked *order,
                      njl_ranked *spare, size_t count) {
    const size_t run = 6;
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
        if (start % (run << 9) == 0) njl_poll(L);
    }
    njl_ranked *from = order, *to = spare;
    for (size_t width = run; width < count; width *= 2) {
        for (size_t start = 0; start < count; start += 2 * width) {
            size_t middle = start + width < count ? start + width : count;
            size_t end = start + 2 * width < count ? start + 2 * width : count;
            merge(entries, from + start, from + middle, from + end, to + start);
            if (width > POLL_MASK) njl_poll(L);
        }
        njl_ranked *swap = from;
        from = to;
        to = swap;
    }
    if (from != order) memcpy(order, from, count * sizeof *order);
}

static inline int is_in_list(const njl_entry *entry, lua_Integer skip) {
    return entry->kind == NJL_KEY_INTEGER && entry->key.integer >= 1 && entry->key.integer <= skip;
}

// Takes in the elements that a table with a list of `room` has behind the first hole, which is after
// `skip`.
static void gather_behind(lua_State *L, int table, lua_Integer skip, lua_Integer room) {
    njl_walk *walk = &njl_context_of(L)->walk;
    for (lua_Integer i = skip + 1; i <= room; i++) {
        if ((i & POLL_MASK) == 0) njl_charge(L, POLL_MASK + 1);
        if (lua_rawgeti(L, table, i) != LUA_TNIL) {
            reserve_entry(L, walk);
            set_integer(&walk->entries[walk->count++], i);
        }
        lua_pop(L, 1);
    }
}

// How far a list may reach: Lua notes as little as half of a room that is a power of two.
static lua_Integer list_room(const njl_layout *layout, const char *memory) {
    uint32_t noted;
    memcpy(&noted, memory + layout->list, sizeof noted);
    lua_Integer room = noted > 0;
    while (room < noted) room *= 2;
    return room;
}

// Reads keys where they lie in the table's memory: a tenth of the work of asking Lua for each. False,
// and nothing is taken in, where a key cannot be read there.
static int gather_from_memory(lua_State *L, int table, lua_Integer skip) {
    const njl_layout *layout = njl_context_of(L)->layout;
    if (!layout->is_known) return 0;
    njl_walk *walk = &njl_context_of(L)->walk;
    size_t base = walk->count;
    const char *memory = lua_topointer(L, table), *fields;
    memcpy(&fields, memory + layout->fields, sizeof fields);
    size_t room = (size_t)1 << (uint8_t)memory[layout->room];
    // Up to here elements may be in the list, and are asked for one by one; which of them lie among
    // the fields instead nobody needs to know.
    lua_Integer listed = list_room(layout, memory);
    if (listed > skip) {
        gather_behind(L, table, skip, listed);
    } else {
        listed = skip;
    }
    for (size_t i = 0; i < room; i++) {
        if ((i & POLL_MASK) == POLL_MASK) njl_poll(L);
        const char *field = fields + i * NJL_FIELD_BYTES;
        if (NJL_IS_NIL(layout, field)) continue;
        njl_entry entry;
        if (!read_field(layout, field, &entry)) {
            walk->count = base;
            return 0;
        }
        if (is_in_list(&entry, listed)) continue;
        reserve_entry(L, walk);
        walk->entries[walk->count++] = entry;
    }
    return 1;
}

// Asks Lua for one key after the other. Returns the type's name of a key without an order, else NULL.
//
// Without values, long texts stay on the stack, as many as there is room for without asking much:
// pushing them anew would copy them.
static const char *gather_by_next(
    lua_State *L, int table, lua_Integer skip, int reads_values) {
    njl_walk *walk = &njl_context_of(L)->walk;
    enum { LONG = 40, MOST_LEFT = 200 };
    size_t visited = 0, left = 0;
    if (!reads_values) njl_need_stack(L, MOST_LEFT + 8);
    lua_pushnil(L);
    while (lua_next(L, table)) {
        if ((++visited & POLL_MASK) == 0) njl_poll(L);
        reserve_entry(L, walk);
        njl_entry *entry = &walk->entries[walk->count];
        read_key(L, -2, lua_type(L, -2), entry);
        if (entry->kind == NJL_KEY_UNORDERED) {
            const char *name = luaL_typename(L, -2);
            lua_pop(L, 2);
            return name;
        }
        if (!is_in_list(entry, skip)) {
            if (reads_values) read_value(L, -1, entry);
            walk->count++;
            if (!reads_values && entry->kind == NJL_KEY_STRING && entry->key_count > LONG
                && left++ < MOST_LEFT) {
                entry->stack_place = lua_gettop(L) - 1;
                lua_copy(L, -2, -1);
                continue;
            }
        }
        lua_pop(L, 1);
    }
    return NULL;
}

// Values are read for the encoder alone, which is the one that asks about keys without an order.
size_t njl_walk_keys(
    lua_State *L, int table, lua_Integer skip, size_t *count, const char **unordered) {
    njl_walk *walk = &njl_context_of(L)->walk;
    size_t base = walk->count;
    njl_charge_places(L, table);
    if (unordered || !gather_from_memory(L, table, skip)) {
        const char *name = gather_by_next(L, table, skip, unordered != NULL);
        if (name) {
            walk->count = base;
            if (unordered) {
                *unordered = name;
                return 0;
            }
            luaL_error(L, "a %s as a key has no order that a second run would repeat; "
                          "keep such things in a list", name);
        }
    }
    *count = walk->count - base;
    // What was done, and what the sort will do, near enough.
    njl_charge(L, 3 * *count);
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
