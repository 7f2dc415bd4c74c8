// Bytes from the host, as Lua values. The host's encoder is trusted: it wrote the counts.
#include "internal.h"

static const uint8_t *push_value(lua_State *L, const uint8_t *at) {
    uint8_t tag = *at++;
    switch (tag) {
        case NJL_TAG_FALSE:
        case NJL_TAG_TRUE: lua_pushboolean(L, tag == NJL_TAG_TRUE); return at;
        case NJL_TAG_INTEGER: {
            int64_t value;
            memcpy(&value, at, sizeof value);
            lua_pushinteger(L, value);
            return at + sizeof value;
        }
        case NJL_TAG_NUMBER: {
            double value;
            memcpy(&value, at, sizeof value);
            lua_pushnumber(L, value);
            return at + sizeof value;
        }
        case NJL_TAG_STRING: {
            uint64_t count;
            memcpy(&count, at, sizeof count);
            at += sizeof count;
            lua_pushlstring(L, (const char *)at, (size_t)count);
            return at + count;
        }
        case NJL_TAG_TABLE: {
            uint32_t array, fields;
            memcpy(&array, at, sizeof array);
            memcpy(&fields, at + sizeof array, sizeof fields);
            at += sizeof array + sizeof fields;
            luaL_checkstack(L, 4, "a value from the host is nested too deep");
            njl_poll(L);
            lua_createtable(L, (int)array, (int)fields);
            for (uint32_t i = 1; i <= array; i++) {
                if (*at == NJL_TAG_NUMBER) {
                    // Long lists are lists of numbers.
                    double value;
                    memcpy(&value, at + 1, sizeof value);
                    lua_pushnumber(L, value);
                    at += 1 + sizeof value;
                } else {
                    at = push_value(L, at);
                }
                lua_rawseti(L, -2, i);
            }
            for (uint32_t i = 0; i < fields; i++) {
                at = push_value(L, at);
                at = push_value(L, at);
                lua_rawset(L, -3);
            }
            return at;
        }
        case NJL_TAG_FUNCTION: {
            int32_t reference;
            memcpy(&reference, at, sizeof reference);
            lua_rawgetp(L, LUA_REGISTRYINDEX, &njl_references_key);
            lua_rawgeti(L, -1, reference);
            lua_remove(L, -2);
            return at + sizeof reference;
        }
        case NJL_TAG_OBJECT: {
            int64_t *block = lua_newuserdatauv(L, 16, 0);
            memcpy(block, at, 16);
            njl_push_metatable_of(L, block[0]);
            lua_setmetatable(L, -2);
            return at + 16;
        }
        default: lua_pushnil(L); return at;
    }
}

int njl_decode(lua_State *L, const uint8_t *bytes, size_t count) {
    if (count < sizeof(uint32_t)) return 0;
    uint32_t values;
    memcpy(&values, bytes, sizeof values);
    njl_charge_bytes(L, count);
    luaL_checkstack(L, (int)values + 4, "too many values from the host");
    const uint8_t *at = bytes + sizeof values;
    for (uint32_t i = 0; i < values; i++) at = push_value(L, at);
    return (int)values;
}
