// Stock functions whose work is bounded by what they are given, behind a charge for it.
//
// Each is called in the frame of its wrapper, so that its errors name the script's line. None of
// them uses upvalues of its own: the wrapper's one upvalue is the stock function.
#include "internal.h"

enum { LONGEST_NUMERAL = 1 << 16, LONGEST_LAYOUT = 1 << 16 };

static int run(lua_State *L) { return lua_tocfunction(L, lua_upvalueindex(1))(L); }

// Reading a number from a text takes as long as the text is, and nothing can end it.
void njl_check_number(lua_State *L, int index) {
    if (lua_type(L, index) == LUA_TSTRING && lua_rawlen(L, index) > LONGEST_NUMERAL) {
        luaL_argerror(L, index, "this string is too long for a number");
    }
}

// A few arguments, looked at once each.
static int plain(lua_State *L) {
    njl_charge(L, 1 + (size_t)lua_gettop(L));
    return run(L);
}

static int numeric(lua_State *L) {
    int count = lua_gettop(L);
    njl_charge(L, 1 + (size_t)count);
    for (int i = 1; i <= count; i++) njl_check_number(L, i);
    return run(L);
}

static int to_number(lua_State *L) {
    if (lua_type(L, 1) == LUA_TSTRING) njl_charge_bytes(L, lua_rawlen(L, 1));
    return numeric(L);
}

static size_t bytes_of(lua_State *L, int first) {
    size_t bytes = 0;
    for (int i = first; i <= lua_gettop(L); i++) {
        if (lua_type(L, i) == LUA_TSTRING) bytes += lua_rawlen(L, i);
    }
    return bytes;
}

// `pack` and its kin work through a layout, and copy bytes.
static int layout(lua_State *L) {
    size_t count = lua_type(L, 1) == LUA_TSTRING ? lua_rawlen(L, 1) : 0;
    if (count > LONGEST_LAYOUT) return luaL_argerror(L, 1, "this format is too long");
    njl_charge(L, 1 + (size_t)lua_gettop(L) + count);
    int top = lua_gettop(L), results = run(L);
    // What was unpacked is known only now; it is no longer than the text.
    njl_charge_bytes(L, bytes_of(L, top + 1));
    return results;
}

static int pack(lua_State *L) {
    njl_charge_bytes(L, bytes_of(L, 2));
    return layout(L);
}

// Arithmetic on strings, which the string library brings as metamethods.
static int arithmetic(lua_State *L) {
    if (lua_isstring(L, 1) && lua_isstring(L, 2)) {
        for (int i = 1; i <= 2; i++) {
            if (lua_type(L, i) == LUA_TSTRING && lua_rawlen(L, i) > LONGEST_NUMERAL) {
                return luaL_error(L, "a string of %I bytes is too long for a number",
                                  (LUAI_UACINT)lua_rawlen(L, i));
            }
        }
    }
    njl_charge(L, 2);
    return run(L);
}

// Replaces the function on top of the stack by its charged form.
void njl_charge_stock(lua_State *L, const char *name) {
    static const struct {
        const char *name;
        lua_CFunction wrapper;
    } others[] = {
        {"tonumber", to_number}, {"string.char", numeric}, {"string.pack", pack},
        {"string.unpack", layout}, {"string.packsize", layout},
    };
    if (!lua_iscfunction(L, -1)) return;
    lua_CFunction wrapper = plain;
    if (strncmp(name, "math.", 5) == 0 && strcmp(name, "math.type") != 0) wrapper = numeric;
    if (strncmp(name, "string.__", 9) == 0) wrapper = arithmetic;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (strcmp(name, others[i].name) == 0) wrapper = others[i].wrapper;
    }
    lua_pushcclosure(L, wrapper, 1);
}
