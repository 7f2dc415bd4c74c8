// The utf8 functions that walk through a text, charged by the bytes they pass.
//
// `codes` also refuses continuation bytes that follow a whole character, which Lua 5.4.4 passes
// over.
#include "internal.h"

enum { LARGEST_STRICT = 0x10FFFF, POLL_MASK = 0xFFFF };

static int continues(char c) { return ((unsigned char)c & 0xC0) == 0x80; }

// The bytes of the character at `text`, which ends with a zero byte, or 0 where it is malformed.
// Shortest forms only; without `lax` no surrogates and nothing above U+10FFFF.
static size_t decode(const char *text, uint32_t *code, int lax) {
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000, 0x200000, 0x4000000};
    unsigned first = (unsigned char)*text;
    if (first < 0x80) {
        *code = first;
        return 1;
    }
    if (first < 0xC0 || first >= 0xFE) return 0;
    size_t more = 1;
    while (more < 5 && (first & (0x40u >> more))) more++;
    uint32_t value = first & (0x3Fu >> more);
    for (size_t i = 1; i <= more; i++) {
        if (!continues(text[i])) return 0;
        value = value << 6 | ((unsigned char)text[i] & 0x3F);
    }
    if (value < least[more]) return 0;
    if (!lax && (value > LARGEST_STRICT || (value >= 0xD800 && value <= 0xDFFF))) return 0;
    *code = value;
    return more + 1;
}

// A position as an offset from 1; one that counts from the end is turned round.
static lua_Integer position(lua_Integer at, size_t count) {
    if (at >= 0) return at;
    return 0u - (lua_Unsigned)at > count ? 0 : (lua_Integer)count + at + 1;
}

static void walked(lua_State *L, lua_Integer bytes) { njl_charge(L, 1 + (size_t)bytes); }

static int utf8_len(lua_State *L) {
    size_t count;
    const char *text = luaL_checklstring(L, 1, &count);
    lua_Integer at = position(luaL_optinteger(L, 2, 1), count) - 1;
    lua_Integer last = position(luaL_optinteger(L, 3, -1), count) - 1;
    int lax = lua_toboolean(L, 4);
    luaL_argcheck(L, at >= 0 && at <= (lua_Integer)count, 2, "initial position out of bounds");
    luaL_argcheck(L, last < (lua_Integer)count, 3, "final position out of bounds");
    walked(L, last >= at ? last - at : 0);
    lua_Integer characters = 0;
    while (at <= last) {
        uint32_t code;
        size_t length = decode(text + at, &code, lax);
        if (length == 0) {
            lua_pushnil(L);
            lua_pushinteger(L, at + 1);
            return 2;
        }
        at += (lua_Integer)length;
        if ((++characters & POLL_MASK) == 0) njl_poll(L);
    }
    lua_pushinteger(L, characters);
    return 1;
}

static int utf8_codepoint(lua_State *L) {
    size_t count;
    const char *text = luaL_checklstring(L, 1, &count);
    lua_Integer first = position(luaL_optinteger(L, 2, 1), count);
    lua_Integer last = position(luaL_optinteger(L, 3, first), count);
    int lax = lua_toboolean(L, 4), characters = 0;
    luaL_argcheck(L, first >= 1, 2, "out of bounds");
    luaL_argcheck(L, last <= (lua_Integer)count, 3, "out of bounds");
    if (first > last) return 0;
    if (last - first >= INT32_MAX) return luaL_error(L, "string slice too long");
    walked(L, last - first);
    luaL_checkstack(L, (int)(last - first) + 1, "string slice too long");
    for (const char *at = text + first - 1; at < text + last; characters++) {
        uint32_t code;
        size_t length = decode(at, &code, lax);
        if (length == 0) return luaL_error(L, "invalid UTF-8 code");
        lua_pushinteger(L, code);
        at += length;
    }
    return characters;
}

static int utf8_offset(lua_State *L) {
    size_t count;
    const char *text = luaL_checklstring(L, 1, &count);
    lua_Integer n = luaL_checkinteger(L, 2), end = (lua_Integer)count;
    lua_Integer at = position(luaL_optinteger(L, 3, n >= 0 ? 1 : end + 1), count) - 1;
    luaL_argcheck(L, at >= 0 && at <= end, 3, "position out of bounds");
    lua_Integer began = at, steps = 0;
    if (n == 0) {
        while (at > 0 && continues(text[at])) at--;
        walked(L, began - at);
        lua_pushinteger(L, at + 1);
        return 1;
    }
    if (continues(text[at])) return luaL_error(L, "initial position is a continuation byte");
    if (n < 0) {
        for (; n < 0 && at > 0; n++) {
            do {
                at--;
                if ((++steps & POLL_MASK) == 0) walked(L, POLL_MASK);
            } while (at > 0 && continues(text[at]));
        }
    } else {
        for (n--; n > 0 && at < end; n--) {
            do {
                at++;
                if ((++steps & POLL_MASK) == 0) walked(L, POLL_MASK);
            } while (continues(text[at]));
        }
    }
    walked(L, steps & POLL_MASK);
    if (n == 0) {
        lua_pushinteger(L, at + 1);
    } else {
        lua_pushnil(L);
    }
    return 1;
}

// The control value is the position of the character before, 0 at the start.
static int next_code(lua_State *L, int lax) {
    size_t count;
    const char *text = luaL_checklstring(L, 1, &count);
    lua_Unsigned at = (lua_Unsigned)luaL_checkinteger(L, 2);
    njl_charge(L, 2);
    if (at > 0 && at <= count) {
        // Past the character there; one that is no character was refused when it was reached.
        uint32_t code;
        size_t length = decode(text + at - 1, &code, 1);
        at += length ? length - 1 : 0;
    }
    if (at >= count) return 0;
    uint32_t code;
    size_t length = decode(text + at, &code, lax);
    if (length == 0 || continues(text[at + length])) return luaL_error(L, "invalid UTF-8 code");
    lua_pushinteger(L, (lua_Integer)at + 1);
    lua_pushinteger(L, code);
    return 2;
}

static int next_strict(lua_State *L) { return next_code(L, 0); }
static int next_lax(lua_State *L) { return next_code(L, 1); }

static int utf8_codes(lua_State *L) {
    size_t count;
    const char *text = luaL_checklstring(L, 1, &count);
    njl_charge(L, 2);
    luaL_argcheck(L, count == 0 || !continues(*text), 1, "invalid UTF-8 code");
    lua_pushcfunction(L, lua_toboolean(L, 2) ? next_lax : next_strict);
    lua_pushvalue(L, 1);
    lua_pushinteger(L, 0);
    return 3;
}

const luaL_Reg njl_utf8_functions[] = {
    {"len", utf8_len},       {"codepoint", utf8_codepoint}, {"offset", utf8_offset},
    {"codes", utf8_codes},   {NULL, NULL}};
