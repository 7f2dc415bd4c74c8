// Lua values as bytes for the host. Reading is raw: no metamethod runs while values cross.
#include <stdio.h>

#include "internal.h"

typedef struct {
    lua_State *L;
    njl_context *context;
    int keeps_references;
    const void *tables[NJL_MAX_DEPTH];  // the tables around the value being written
    njl_entry keys[NJL_MAX_DEPTH];      // and the key taken in each
    int depth;
} encoder;

static int name_like(const njl_entry *key) {
    if (key->kind != NJL_KEY_STRING || key->key_count == 0 || key->key_count > 60) return 0;
    for (size_t i = 0; i < key->key_count; i++) {
        unsigned char c = (unsigned char)key->key.text[i];
        int letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && !(i > 0 && ((c >= '0' && c <= '9') || c == '-'))) return 0;
    }
    return 1;
}

// Raises "path: sentence" as a type failure.
static void fail(encoder *e, const char *sentence) {
    char path[512];
    size_t used = 0;
    path[0] = 0;
    for (int i = 0; i < e->depth && used < sizeof path - 100; i++) {
        const njl_entry *key = &e->keys[i];
        size_t room = sizeof path - used;
        int wrote;
        if (name_like(key)) {
            wrote = snprintf(path + used, room, "%s%.*s", used ? "." : "", (int)key->key_count,
                             key->key.text);
        } else if (key->kind == NJL_KEY_STRING) {
            int shown = key->key_count < 40 ? (int)key->key_count : 40;
            wrote = snprintf(path + used, room, "[\"%.*s\"]", shown, key->key.text);
        } else if (key->kind == NJL_KEY_NUMBER) {
            wrote = snprintf(path + used, room, "[%.14g]", key->key.number);
        } else if (key->kind == NJL_KEY_BOOLEAN) {
            wrote = snprintf(path + used, room, "[%s]", key->key.integer ? "true" : "false");
        } else {
            wrote = snprintf(path + used, room, "[%lld]", (long long)key->key.integer);
        }
        used += (size_t)wrote;
    }
    e->context->failed_type = 1;
    luaL_error(e->L, "%s%s%s", path, used ? ": " : "", sentence);
}

// Room for `count` more bytes of output.
static inline uint8_t *room(encoder *e, size_t count) {
    njl_buffer *output = &e->context->output;
    if (count > output->capacity - output->count) {
        size_t limit = e->context->limit;
        if (count > limit || output->count > limit - count || !njl_reserve(output, count)) {
            njl_raise_memory(e->L);
        }
    }
    uint8_t *at = output->bytes + output->count;
    output->count += count;
    return at;
}

static inline void put_tag(encoder *e, uint8_t tag) { *room(e, 1) = tag; }

static inline void put_scalar(encoder *e, uint8_t tag, const void *payload) {
    uint8_t *at = room(e, 9);
    *at = tag;
    memcpy(at + 1, payload, 8);
}

static inline void put_text(encoder *e, const char *text, size_t count) {
    uint64_t length = count;
    uint8_t *at = room(e, 9 + count);
    *at = NJL_TAG_STRING;
    memcpy(at + 1, &length, 8);
    memcpy(at + 9, text, count);
}

static void put_key(encoder *e, const njl_entry *key) {
    switch (key->kind) {
        case NJL_KEY_INTEGER: put_scalar(e, NJL_TAG_INTEGER, &key->key.integer); break;
        case NJL_KEY_NUMBER: put_scalar(e, NJL_TAG_NUMBER, &key->key.number); break;
        case NJL_KEY_STRING: put_text(e, key->key.text, key->key_count); break;
        default: put_tag(e, key->key.integer ? NJL_TAG_TRUE : NJL_TAG_FALSE);
    }
}

static void put_value(encoder *e, int index);

static void put_field(encoder *e, int table, const njl_entry *entry) {
    put_key(e, entry);
    switch (entry->value_tag) {
        case NJL_TAG_FALSE:
        case NJL_TAG_TRUE: put_tag(e, entry->value_tag); break;
        case NJL_TAG_INTEGER: put_scalar(e, NJL_TAG_INTEGER, &entry->value.integer); break;
        case NJL_TAG_NUMBER: put_scalar(e, NJL_TAG_NUMBER, &entry->value.number); break;
        case NJL_TAG_STRING: put_text(e, entry->value.text, entry->value_count); break;
        default:
            njl_push_key(e->L, entry);
            lua_rawget(e->L, table);
            e->keys[e->depth - 1] = *entry;
            put_value(e, lua_gettop(e->L));
            lua_pop(e->L, 1);
    }
}

static void put_table(encoder *e, int table) {
    lua_State *L = e->L;
    if (e->depth == NJL_MAX_DEPTH) fail(e, "tables are nested more than 64 deep");
    const void *identity = lua_topointer(L, table);
    for (int i = 0; i < e->depth; i++) {
        if (e->tables[i] == identity) fail(e, "this table contains itself");
    }
    luaL_checkstack(L, 8, "a value is nested too deep");
    njl_poll(L);
    // Raw reading sees what the table holds; keys that only its metatable answers would be lost.
    static const char *const hiding[] = {"__index", "__pairs"};
    size_t hidings = 0;
    if (lua_getmetatable(L, table)) {
        lua_pop(L, 1);
        if (!njl_see_through(L, table)) hidings = sizeof hiding / sizeof *hiding;
    }
    for (size_t i = 0; i < hidings; i++) {
        if (luaL_getmetafield(L, table, hiding[i]) == LUA_TNIL) continue;
        char sentence[100];
        snprintf(sentence, sizeof sentence,
                 "a table whose metatable has %s hides its keys; give a plain table", hiding[i]);
        fail(e, sentence);
    }
    e->tables[e->depth++] = identity;

    put_tag(e, NJL_TAG_TABLE);
    size_t counts = e->context->output.count;
    uint32_t pair[2] = {0, 0};
    memcpy(room(e, sizeof pair), pair, sizeof pair);

    lua_Integer length = 0;
    while (lua_rawgeti(L, table, length + 1) != LUA_TNIL) {
        length++;
        if ((length & 0xFFF) == 0) njl_poll(L);
        e->keys[e->depth - 1] = (njl_entry){.kind = NJL_KEY_INTEGER, .key.integer = length};
        put_value(e, lua_gettop(L));
        lua_pop(L, 1);
    }
    lua_pop(L, 1);

    njl_walk *walk = &e->context->walk;
    size_t base = walk->count, base_order = walk->order_count, fields = 0;
    const char *unordered = NULL;
    size_t first = njl_walk_keys(L, table, length, &fields, &unordered);
    if (unordered) {
        char sentence[80];
        snprintf(sentence, sizeof sentence, "a %s is a key here; keys are names and numbers",
                 unordered);
        e->depth--;
        fail(e, sentence);
    }
    for (size_t i = 0; i < fields; i++) {
        // Copied: a nested walk may move the entries.
        njl_entry entry = walk->entries[walk->order[first + i].entry];
        put_field(e, table, &entry);
    }
    walk->count = base;
    walk->order_count = base_order;

    if ((uint64_t)length > INT32_MAX || fields > INT32_MAX) fail(e, "this table is too large");
    pair[0] = (uint32_t)length;
    pair[1] = (uint32_t)fields;
    memcpy(e->context->output.bytes + counts, pair, sizeof pair);
    e->depth--;
}

static void put_reference(encoder *e, int index) {
    lua_State *L = e->L;
    if (!e->keeps_references) fail(e, "a function stands where plain data belongs");
    luaL_checkstack(L, 4, "a value is nested too deep");
    lua_rawgetp(L, LUA_REGISTRYINDEX, &njl_references_key);
    lua_pushvalue(L, index);
    int32_t reference = luaL_ref(L, -2);
    lua_pop(L, 1);
    e->context->kept_functions++;
    put_tag(e, NJL_TAG_FUNCTION);
    memcpy(room(e, sizeof reference), &reference, sizeof reference);
}

static void put_value(encoder *e, int index) {
    lua_State *L = e->L;
    switch (lua_type(L, index)) {
        case LUA_TNIL: put_tag(e, NJL_TAG_NIL); break;
        case LUA_TBOOLEAN:
            put_tag(e, lua_toboolean(L, index) ? NJL_TAG_TRUE : NJL_TAG_FALSE);
            break;
        case LUA_TNUMBER:
            if (lua_isinteger(L, index)) {
                lua_Integer value = lua_tointeger(L, index);
                put_scalar(e, NJL_TAG_INTEGER, &value);
            } else {
                lua_Number value = lua_tonumber(L, index);
                put_scalar(e, NJL_TAG_NUMBER, &value);
            }
            break;
        case LUA_TSTRING: {
            size_t count;
            const char *text = lua_tolstring(L, index, &count);
            put_text(e, text, count);
            break;
        }
        case LUA_TTABLE: put_table(e, index); break;
        case LUA_TFUNCTION: put_reference(e, index); break;
        case LUA_TUSERDATA:
            // Every userdata here is one of ours.
            if (!e->keeps_references) fail(e, "a host object stands where plain data belongs");
            put_tag(e, NJL_TAG_OBJECT);
            memcpy(room(e, 16), lua_touserdata(L, index), 16);
            break;
        default: fail(e, "a coroutine cannot leave Lua");
    }
}

// Gives back the references that an encoding made before an error ended it. What was written is a
// whole number of tags in a row, so it can be read without recursion.
void njl_abandon_output(lua_State *L) {
    njl_context *context = njl_context_of(L);
    if (!context->encoding) return;
    context->encoding = 0;
    const uint8_t *at = context->output.bytes + sizeof(uint32_t);
    const uint8_t *end = context->output.bytes + context->output.count;
    while (at < end) {
        uint8_t tag = *at++;
        if (tag == NJL_TAG_INTEGER || tag == NJL_TAG_NUMBER || tag == NJL_TAG_TABLE) {
            at += 8;
        } else if (tag == NJL_TAG_OBJECT) {
            at += 16;
        } else if (tag == NJL_TAG_STRING && end - at >= 8) {
            uint64_t count;
            memcpy(&count, at, sizeof count);
            if (count > (uint64_t)(end - at - 8)) return;
            at += 8 + count;
        } else if (tag == NJL_TAG_FUNCTION && end - at >= 4) {
            int32_t reference;
            memcpy(&reference, at, sizeof reference);
            at += 4;
            lua_rawgetp(L, LUA_REGISTRYINDEX, &njl_references_key);
            luaL_unref(L, -1, reference);
            lua_pop(L, 1);
            context->kept_functions--;
        }
    }
}

// Encodes `count` values from stack position `first` into the context's output.
int njl_encode(lua_State *L, int first, int count, int keeps_references) {
    encoder e;  // the stacks inside are large, and need no clearing
    e.L = L;
    e.context = njl_context_of(L);
    e.keeps_references = keeps_references;
    e.depth = 0;
    njl_abandon_output(L);
    e.context->encoding = 1;
    e.context->output.count = 0;
    e.context->walk.count = e.context->walk.order_count = 0;
    uint32_t values = (uint32_t)count;
    memcpy(room(&e, sizeof values), &values, sizeof values);
    for (int i = 0; i < count; i++) put_value(&e, first + i);
    njl_charge_bytes(L, e.context->output.count);
    e.context->encoding = 0;
    return count;
}
