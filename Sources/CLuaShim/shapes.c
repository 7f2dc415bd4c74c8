// The order of a record's keys, worked out once for all the records that have the same keys.
//
// Scripts walk over many tables of few fields, and over most of them again and again: ordering the
// keys anew would cost more than the walk. Keys are recognised by their identity, which is right
// because short strings are unique and a shape keeps its keys alive. Longer keys are not unique, and
// would be much to keep.
//
// A shape is a function: the one that `pairs` hands out for such a table. Like the stock `next` it
// knows its place by the key before, so that one function serves any number of traversals. Scripts
// can compare functions, so which shapes are remembered follows from the keys' bytes and the calls
// of `pairs` alone: not from addresses, nor from how a table came by its keys.
#include "internal.h"

enum {
    MOST_KEYS = 64,
    LONGEST_KEY = 40,
    SLOT_BITS = 5,
    SLOTS = 1 << SLOT_BITS,
    GUESSES = NJL_NO_GUESS,
};

// The first upvalue of a shape; the keys in order are those that follow.
typedef struct {
    size_t count;
    uint64_t mark;   // of the set of keys
    size_t likely;   // where the last step of any traversal ended: a guess, and checked
    // The keys in order; then the bytes of the keys as they lay in the table met last.
    const void *keys[];
} shape;

static const void **met_of(const shape *keys) { return (const void **)keys->keys + keys->count; }

// The shapes seen last; their functions are the user values, which keeps them.
typedef struct {
    shape *slots[SLOTS];
    // The slot of the shape that tables which begin with a key turned out to have: a guess by the
    // key's address, and checked, so that only time depends on it.
    uint8_t guesses[GUESSES];
} shapes_seen;

static size_t guess_of(const void *key, size_t room) {
    uintptr_t bits = (uintptr_t)key;
    return (bits >> 5 ^ bits >> 11 ^ room * 11) % GUESSES;
}

void njl_push_shapes(lua_State *L) {
    shapes_seen *seen = lua_newuserdatauv(L, sizeof *seen, SLOTS);
    *seen = (shapes_seen){.slots = {NULL}};
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

// Tells most keys apart by their bytes.
static inline uint64_t mark_of(const char *key, size_t count) {
    uint64_t mark = count;
    while (count >= 8) {
        uint64_t word;
        memcpy(&word, key, 8);
        mark = (mark ^ word) * UINT64_C(0x9E3779B97F4A7C15);
        mark ^= mark >> 32;
        key += 8;
        count -= 8;
    }
    uint64_t rest = 0;
    if (count >= 4) {
        uint32_t low, high;
        memcpy(&low, key, 4);
        memcpy(&high, key + count - 4, 4);
        rest = (uint64_t)high << 32 | low;
    } else if (count > 0) {
        rest = (uint64_t)(unsigned char)key[0] | (uint64_t)(unsigned char)key[count / 2] << 8
            | (uint64_t)(unsigned char)key[count - 1] << 16;
    }
    mark = (mark ^ rest) * UINT64_C(0x9E3779B97F4A7C15);
    return mark ^ mark >> 32;
}

// Whether the keys are the shape's, in whatever order they were met.
static int has_keys(shape *keys, const void *const *met, size_t count, uint64_t mark) {
    if (!keys || keys->mark != mark || keys->count != count) return 0;
    const void **known = met_of(keys);
    if (!memcmp(known, met, count * sizeof *met)) return 1;
    for (size_t i = 0; i < count; i++) {
        size_t j = 0;
        while (j < count && known[j] != met[i]) j++;
        if (j == count) return 0;
    }
    // Tables that got their keys alike come in rows: the next one is likely to look like this.
    memcpy(known, met, count * sizeof *met);
    return 1;
}

// Pushes a new shape of keys that were walked over, as `order` has them.
static shape *push_new_shape(
    lua_State *L, const njl_ranked *order, size_t count, const void *const *met, uint64_t mark) {
    const njl_entry *entries = njl_context_of(L)->walk.entries;
    shape *made = lua_newuserdatauv(L, sizeof *made + 2 * count * sizeof *met, 0);
    *made = (shape){.count = count, .mark = mark};
    memcpy(met_of(made), met, count * sizeof *met);
    for (size_t i = 0; i < count; i++) {
        njl_push_key(L, &entries[order[i].entry]);
        made->keys[i] = lua_topointer(L, -1);
    }
    lua_pushcclosure(L, step, 1 + (int)count);
    return made;
}

// Nearly always a record's fields lie as those of a shape did when it was last met: seen in the
// table's own memory, that is a tenth of the work of telling keys by their bytes.
size_t njl_push_likely_shape(lua_State *L, int table, int shapes, size_t *guess) {
    *guess = GUESSES;
    const njl_layout *layout = njl_context_of(L)->layout;
    if (!layout->is_known) return 0;
    const char *memory = lua_topointer(L, table), *field;
    const shapes_seen *seen = lua_touserdata(L, shapes);
    uint32_t list;
    memcpy(&list, memory + layout->list, sizeof list);
    if (list) return 0;
    memcpy(&field, memory + layout->fields, sizeof field);
    size_t room = (uint8_t)memory[layout->room], count = 0;
    const shape *likely = NULL;
    const void *const *met = NULL;
    const char *end = field + ((size_t)NJL_FIELD_BYTES << room);
    for (; field < end; field += NJL_FIELD_BYTES) {
        if (NJL_IS_NIL(layout, field)) continue;
        if ((uint8_t)field[layout->key_type] != layout->text) return 0;
        const char *text;
        memcpy(&text, field + layout->key, sizeof text);
        text += layout->text_bytes;
        if (!likely) {
            *guess = guess_of(text, room);
            if (!(likely = seen->slots[seen->guesses[*guess]])) return 0;
            met = met_of(likely);
        }
        if (count == likely->count || met[count++] != text) return 0;
    }
    if (!likely || count != likely->count) return 0;
    lua_getiuservalue(L, shapes, seen->guesses[*guess] + 1);
    return count;
}

int njl_push_shape(lua_State *L, size_t first, size_t count, int shapes, size_t guess) {
    const void *met[MOST_KEYS];
    const njl_walk *walk = &njl_context_of(L)->walk;
    const njl_ranked *order = walk->order + first;
    // Entries are as the keys were met, one after the other.
    const njl_entry *entries = walk->entries + walk->count - count;
    uint64_t mark = 0;
    if (count > MOST_KEYS) return 0;
    for (size_t i = 0; i < count; i++) {
        if (entries[i].kind != NJL_KEY_STRING || entries[i].key_count > LONGEST_KEY) return 0;
        met[i] = entries[i].key.text;
        mark += mark_of(entries[i].key.text, entries[i].key_count);
    }
    shapes_seen *seen = lua_touserdata(L, shapes);
    size_t slot = mark >> (64 - SLOT_BITS);
    if (guess < GUESSES) seen->guesses[guess] = (uint8_t)slot;
    if (!has_keys(seen->slots[slot], met, count, mark)) {
        njl_need_stack(L, MOST_KEYS + 8);
        shape *made = push_new_shape(L, order, count, met, mark);
        lua_setiuservalue(L, shapes, (int)slot + 1);
        seen->slots[slot] = made;
    }
    lua_getiuservalue(L, shapes, (int)slot + 1);
    return 1;
}
