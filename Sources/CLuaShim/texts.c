// The string functions that read or copy bytes, charged by the bytes they touch, and formatting,
// which would print addresses.
#include <ctype.h>

#include "internal.h"

enum { PIECE = 1 << 16, LONGEST_FORMAT = 1 << 20, LONGEST_QUOTE = 4 << 20 };

// The range [*from, *to) of bytes that two positions, which may count from the end, stand for.
static void byte_range(lua_Integer first, lua_Integer last, size_t count, size_t *from, size_t *to) {
    lua_Integer length = (lua_Integer)count;
    if (first < 0) first = first < -length ? 1 : length + first + 1;
    if (first == 0) first = 1;
    if (last < 0) last = last < -length ? 0 : length + last + 1;
    if (last > length) last = length;
    *from = (size_t)first - 1;
    *to = last < first ? *from : (size_t)last;
}

static int string_sub(lua_State *L) {
    size_t count, from, to;
    const char *text = luaL_checklstring(L, 1, &count);
    lua_Integer first = luaL_checkinteger(L, 2);
    byte_range(first, luaL_optinteger(L, 3, -1), count, &from, &to);
    njl_charge_bytes(L, to - from);
    lua_pushlstring(L, to > from ? text + from : "", to - from);
    return 1;
}

static int string_byte(lua_State *L) {
    size_t count, from, to;
    const char *text = luaL_checklstring(L, 1, &count);
    lua_Integer first = luaL_optinteger(L, 2, 1);
    byte_range(first, luaL_optinteger(L, 3, first), count, &from, &to);
    njl_charge(L, 1 + to - from);
    if (to - from >= INT32_MAX) return luaL_error(L, "string slice too long");
    luaL_checkstack(L, (int)(to - from), "string slice too long");
    for (size_t i = from; i < to; i++) lua_pushinteger(L, (unsigned char)text[i]);
    return (int)(to - from);
}

// A string of the same length, each byte made by `change`; `reversed` reads from the end.
static int copy_bytes(lua_State *L, int (*change)(int), int reversed) {
    size_t count;
    const char *text = luaL_checklstring(L, 1, &count);
    njl_charge(L, 1 + count);
    luaL_Buffer out;
    char *bytes = luaL_buffinitsize(L, &out, count);
    for (size_t i = 0; i < count; i++) {
        if ((i & (PIECE - 1)) == PIECE - 1) njl_poll(L);
        unsigned char c = (unsigned char)text[reversed ? count - 1 - i : i];
        bytes[i] = (char)(change ? change(c) : c);
    }
    luaL_pushresultsize(&out, count);
    return 1;
}

static int string_lower(lua_State *L) { return copy_bytes(L, tolower, 0); }
static int string_upper(lua_State *L) { return copy_bytes(L, toupper, 0); }
static int string_reverse(lua_State *L) { return copy_bytes(L, NULL, 1); }

static int string_len(lua_State *L) {
    size_t count;
    njl_charge(L, 1);
    luaL_checklstring(L, 1, &count);
    lua_pushinteger(L, (lua_Integer)count);
    return 1;
}

// Gives `%s` our texts, refuses `%p`, and leaves the rest to the stock function (the upvalue),
// which is bounded by what it is given: neither a format nor a quoted string may be huge.
int njl_format(lua_State *L) {
    size_t count;
    const char *format = luaL_checklstring(L, 1, &count);
    if (count > LONGEST_FORMAT) {
        return luaL_error(L, "a format of %I bytes is too long; join the parts with '..'",
                          (LUAI_UACINT)count);
    }
    njl_charge(L, 2 + count);
    const char *end = format + count;
    int top = lua_gettop(L), argument = 1;
    for (const char *p = format; p < end; p++) {
        if (*p != '%') continue;
        if (++p < end && *p == '%') continue;
        argument++;
        while (p < end && strchr("-+ #0123456789.", *p) && *p) p++;
        if (p >= end) break;
        if (*p == 'p') {
            return luaL_error(L, "'%%p' is refused: addresses differ from run to run");
        }
        if (*p == 's' && argument <= top && lua_type(L, argument) != LUA_TSTRING) {
            njl_to_text(L, argument);
            lua_replace(L, argument);
        }
        if (argument > top || lua_type(L, argument) != LUA_TSTRING) continue;
        size_t length = lua_rawlen(L, argument);
        if (*p == 'q' && length > LONGEST_QUOTE) {
            return luaL_argerror(L, argument, "this string is too long to quote");
        }
        if (*p != 's' && *p != 'q') njl_check_number(L, argument);
        njl_charge_bytes(L, length);
    }
    // Called in this frame, so that its errors name the script's line.
    return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

const luaL_Reg njl_text_functions[] = {
    {"byte", string_byte},   {"sub", string_sub},         {"len", string_len},
    {"lower", string_lower}, {"upper", string_upper},     {"reverse", string_reverse},
    {NULL, NULL}};
