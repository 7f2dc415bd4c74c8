// The table library's loops, which ask the budget as they go: `__len` may claim any length.
#include "internal.h"

static inline void poll_at(lua_State *L, lua_Unsigned i) {
    if ((i & 0x3FF) == 0) njl_poll(L);
}

static int table_insert(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_Unsigned end = (lua_Unsigned)luaL_len(L, 1) + 1;
    lua_Unsigned at = end;
    int count = lua_gettop(L);
    njl_charge(L, 2);
    if (count == 3) {
        at = (lua_Unsigned)luaL_checkinteger(L, 2);
        luaL_argcheck(L, at - 1u < end, 2, "position out of bounds");
        njl_charge(L, end - at);
        for (lua_Unsigned i = end; i > at; i--) {
            poll_at(L, i);
            lua_geti(L, 1, (lua_Integer)(i - 1));
            lua_seti(L, 1, (lua_Integer)i);
        }
    } else if (count != 2) {
        return luaL_error(L, "wrong number of arguments to 'insert'");
    }
    lua_seti(L, 1, (lua_Integer)at);
    return 0;
}

static int table_remove(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_Unsigned length = (lua_Unsigned)luaL_len(L, 1);
    lua_Unsigned at = (lua_Unsigned)luaL_optinteger(L, 2, (lua_Integer)length);
    if (at != length) luaL_argcheck(L, at - 1u <= length, 2, "position out of bounds");
    njl_charge(L, 2 + (at < length ? length - at : 0));
    lua_geti(L, 1, (lua_Integer)at);
    for (; at < length; at++) {
        poll_at(L, at);
        lua_geti(L, 1, (lua_Integer)(at + 1));
        lua_seti(L, 1, (lua_Integer)at);
    }
    lua_pushnil(L);
    lua_seti(L, 1, (lua_Integer)at);
    return 1;
}

static int table_move(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_Integer from = luaL_checkinteger(L, 2), end = luaL_checkinteger(L, 3);
    lua_Integer to = luaL_checkinteger(L, 4);
    int target = lua_isnoneornil(L, 5) ? 1 : 5;
    luaL_checktype(L, target, LUA_TTABLE);
    njl_charge(L, 2);
    if (end >= from) {
        luaL_argcheck(
            L, from > 0 || end < LUA_MAXINTEGER + from, 3, "too many elements to move");
        lua_Integer count = end - from + 1;
        luaL_argcheck(L, to <= LUA_MAXINTEGER - count + 1, 4, "destination wrap around");
        njl_charge(L, (size_t)count);
        int overlaps = to > from && to <= end && lua_compare(L, 1, target, LUA_OPEQ);
        for (lua_Integer k = 0; k < count; k++) {
            lua_Integer i = overlaps ? count - 1 - k : k;
            poll_at(L, (lua_Unsigned)k);
            lua_geti(L, 1, from + i);
            lua_seti(L, target, to + i);
        }
    }
    lua_pushvalue(L, target);
    return 1;
}

static int table_concat(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    size_t separator_count;
    const char *separator = luaL_optlstring(L, 2, "", &separator_count);
    lua_Integer first = luaL_optinteger(L, 3, 1);
    lua_Integer last = lua_isnoneornil(L, 4) ? luaL_len(L, 1) : luaL_checkinteger(L, 4);
    if (last >= first) njl_charge(L, (size_t)last - (size_t)first);
    njl_charge(L, 2);
    luaL_Buffer text;
    luaL_buffinit(L, &text);
    for (lua_Integer i = first; i <= last; i++) {
        poll_at(L, (lua_Unsigned)i);
        lua_geti(L, 1, i);
        if (!lua_isstring(L, -1)) {
            return luaL_error(L, "invalid value (%s) at index %I in table for 'concat'",
                              luaL_typename(L, -1), (LUAI_UACINT)i);
        }
        njl_charge(L, (lua_rawlen(L, -1) + separator_count) / NJL_UNIT_BYTES);
        luaL_addvalue(&text);
        if (i == last) break;
        luaL_addlstring(&text, separator, separator_count);
    }
    luaL_pushresult(&text);
    return 1;
}

// True where the value at `b` must come before the value at `a`.
static int comes_before(lua_State *L, int b, int a) {
    if (lua_isnil(L, 2)) return lua_compare(L, b, a, LUA_OPLT);
    lua_pushvalue(L, 2);
    lua_pushvalue(L, b);
    lua_pushvalue(L, a);
    lua_call(L, 2, 1);
    int result = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return result;
}

// A stable merge sort. It asks each question of the comparator on its own, so a comparator that
// contradicts itself yields some order, always the same; one that raises leaves the table as it
// was.
static int table_sort(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    if (!lua_isnoneornil(L, 2)) luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    lua_Integer count = luaL_len(L, 1);
    njl_charge(L, 2);
    if (count < 2) return 0;
    if (count > INT32_MAX) return luaL_argerror(L, 1, "array too big");
    njl_charge(L, 2 * (size_t)count);
    lua_createtable(L, (int)count, 0);
    lua_createtable(L, (int)count, 0);
    int from = 3, to = 4;
    for (lua_Integer i = 1; i <= count; i++) {
        poll_at(L, (lua_Unsigned)i);
        lua_geti(L, 1, i);
        lua_rawseti(L, from, i);
    }
    for (lua_Integer width = 1; width < count; width *= 2) {
        njl_charge(L, (size_t)count);
        for (lua_Integer start = 1; start <= count; start += 2 * width) {
            lua_Integer middle = start + width <= count ? start + width : count + 1;
            lua_Integer end = start + 2 * width <= count ? start + 2 * width : count + 1;
            lua_Integer left = start, right = middle;
            for (lua_Integer k = start; k < end; k++) {
                poll_at(L, (lua_Unsigned)k);
                int takes_right = left >= middle;
                if (!takes_right && right < end) {
                    lua_rawgeti(L, from, left);
                    lua_rawgeti(L, from, right);
                    int top = lua_gettop(L);
                    takes_right = comes_before(L, top, top - 1);
                    lua_pop(L, 2);
                }
                lua_rawgeti(L, from, takes_right ? right++ : left++);
                lua_rawseti(L, to, k);
            }
        }
        int swap = from;
        from = to;
        to = swap;
    }
    for (lua_Integer i = 1; i <= count; i++) {
        poll_at(L, (lua_Unsigned)i);
        lua_rawgeti(L, from, i);
        lua_seti(L, 1, i);
    }
    return 0;
}

static int table_unpack(lua_State *L) {
    lua_Integer first = luaL_optinteger(L, 2, 1);
    lua_Integer last = lua_isnoneornil(L, 3) ? luaL_len(L, 1) : luaL_checkinteger(L, 3);
    njl_charge(L, 2);
    if (first > last) return 0;
    lua_Unsigned count = (lua_Unsigned)last - (lua_Unsigned)first;
    njl_charge(L, count);
    if (count >= INT32_MAX || !lua_checkstack(L, (int)++count)) {
        return luaL_error(L, "too many results to unpack");
    }
    for (lua_Unsigned i = 0; i < count; i++) {
        poll_at(L, i);
        lua_geti(L, 1, (lua_Integer)((lua_Unsigned)first + i));
    }
    return (int)count;
}

const luaL_Reg njl_table_functions[] = {
    {"insert", table_insert}, {"remove", table_remove}, {"move", table_move},
    {"concat", table_concat}, {"sort", table_sort},     {"unpack", table_unpack},
    {NULL, NULL}};
