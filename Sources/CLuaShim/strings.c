// The string functions whose work is not bounded by what they are given: patterns and repetition.
#define _GNU_SOURCE
#include "patterns.h"

// The offset of a position that may count from the end; before the start is the start.
static size_t start_offset(lua_Integer position, size_t count) {
    if (position > 0) return (size_t)position - 1;
    if (position == 0 || position < -(lua_Integer)count) return 0;
    return count - (size_t)-position;
}

static int is_plain(const char *pattern, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (pattern[i] && strchr("^$*+?.([%-", pattern[i])) return 0;
    }
    return 1;
}

static int find_or_match(lua_State *L, int finds) {
    njl_charge(L, 2);
    size_t count, pattern_count;
    const char *text = luaL_checklstring(L, 1, &count);
    const char *pattern = luaL_checklstring(L, 2, &pattern_count);
    size_t offset = start_offset(luaL_optinteger(L, 3, 1), count);
    if (offset > count) {
        lua_pushnil(L);
        return 1;
    }
    if (finds && (lua_toboolean(L, 4) || is_plain(pattern, pattern_count))) {
        njl_charge_bytes(L, count - offset + pattern_count);
        const char *at = memmem(text + offset, count - offset, pattern, pattern_count);
        if (!at) {
            lua_pushnil(L);
            return 1;
        }
        lua_pushinteger(L, at - text + 1);
        lua_pushinteger(L, at - text + (lua_Integer)pattern_count);
        return 2;
    }
    njl_matcher m;
    njl_match_begin(&m, L, text, count, pattern, pattern_count);
    int anchored = pattern_count > 0 && *pattern == '^';
    for (const char *at = text + offset; at <= m.text_end; at++) {
        const char *end = njl_match_at(&m, at, pattern + anchored);
        if (end && finds) {
            lua_pushinteger(L, at - text + 1);
            lua_pushinteger(L, end - text);
            return njl_push_captures(&m, at, end, 0) + 2;
        }
        if (end) return njl_push_captures(&m, at, end, 1);
        if (anchored) break;
    }
    lua_pushnil(L);
    return 1;
}

static int string_find(lua_State *L) { return find_or_match(L, 1); }
static int string_match(lua_State *L) { return find_or_match(L, 0); }

// Upvalues: text, pattern, the offset to look from, the end of the match before (or -1).
static int next_match(lua_State *L) {
    njl_charge(L, 2);
    size_t count, pattern_count;
    const char *text = lua_tolstring(L, lua_upvalueindex(1), &count);
    const char *pattern = lua_tolstring(L, lua_upvalueindex(2), &pattern_count);
    lua_Integer offset = lua_tointeger(L, lua_upvalueindex(3));
    lua_Integer last = lua_tointeger(L, lua_upvalueindex(4));
    njl_matcher m;
    njl_match_begin(&m, L, text, count, pattern, pattern_count);
    if (offset < 0 || (size_t)offset > count) return 0;
    for (const char *at = text + offset; at <= m.text_end; at++) {
        const char *end = njl_match_at(&m, at, pattern);
        if (!end || end - text == last) continue;
        lua_pushinteger(L, end - text);
        lua_copy(L, -1, lua_upvalueindex(3));
        lua_replace(L, lua_upvalueindex(4));
        return njl_push_captures(&m, at, end, 1);
    }
    lua_pushinteger(L, (lua_Integer)count + 1);
    lua_replace(L, lua_upvalueindex(3));
    return 0;
}

static int string_gmatch(lua_State *L) {
    njl_charge(L, 2);
    size_t count;
    luaL_checklstring(L, 1, &count);
    luaL_checkstring(L, 2);
    size_t offset = start_offset(luaL_optinteger(L, 3, 1), count);
    if (offset > count) offset = count + 1;
    lua_settop(L, 2);
    lua_pushinteger(L, (lua_Integer)offset);
    lua_pushinteger(L, -1);
    lua_pushcclosure(L, next_match, 4);
    return 1;
}

// Adds the replacement text with its %0 to %9 filled in.
static void add_template(njl_matcher *m, luaL_Buffer *out, const char *start, const char *end) {
    size_t count;
    const char *text = lua_tolstring(m->L, 3, &count);
    const char *limit = text + count;
    njl_charge_bytes(m->L, count);
    while (text < limit) {
        const char *percent = memchr(text, '%', (size_t)(limit - text));
        luaL_addlstring(out, text, (size_t)((percent ? percent : limit) - text));
        if (!percent) return;
        text = percent + 2;
        char c = percent + 1 < limit ? percent[1] : 0;
        if (c == '%') {
            luaL_addchar(out, '%');
        } else if (c == '0') {
            luaL_addlstring(out, start, (size_t)(end - start));
        } else if (c >= '1' && c <= '9') {
            njl_push_capture(m, c - '1', start, end);
            luaL_tolstring(m->L, -1, NULL);
            lua_remove(m->L, -2);
            luaL_addvalue(out);
        } else {
            luaL_error(m->L, "invalid use of '%%' in replacement string");
        }
    }
}

static int add_replacement(njl_matcher *m, luaL_Buffer *out, const char *start, const char *end) {
    lua_State *L = m->L;
    switch (lua_type(L, 3)) {
        case LUA_TFUNCTION: {
            lua_pushvalue(L, 3);
            int captures = njl_push_captures(m, start, end, 1);
            lua_call(L, captures, 1);
            break;
        }
        case LUA_TTABLE:
            njl_push_capture(m, 0, start, end);
            lua_gettable(L, 3);
            break;
        default: add_template(m, out, start, end); return 1;
    }
    if (!lua_toboolean(L, -1)) {
        lua_pop(L, 1);
        luaL_addlstring(out, start, (size_t)(end - start));
        return 0;
    }
    if (!lua_isstring(L, -1)) {
        luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
    }
    luaL_addvalue(out);
    return 1;
}

static int string_gsub(lua_State *L) {
    njl_charge(L, 2);
    size_t count, pattern_count;
    const char *text = luaL_checklstring(L, 1, &count);
    const char *pattern = luaL_checklstring(L, 2, &pattern_count);
    int type = lua_type(L, 3);
    luaL_argexpected(
        L,
        type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TFUNCTION || type == LUA_TTABLE,
        3, "string/function/table");
    lua_Integer most = luaL_optinteger(L, 4, (lua_Integer)count + 1), made = 0;
    int anchored = pattern_count > 0 && *pattern == '^', changed = 0;
    njl_matcher m;
    njl_match_begin(&m, L, text, count, pattern, pattern_count);
    luaL_Buffer out;
    luaL_buffinit(L, &out);
    const char *at = text, *last = NULL;
    while (made < most) {
        const char *end = njl_match_at(&m, at, pattern + anchored);
        if (end && end != last) {
            made++;
            // A replacement function may use the matcher's stack depth anew, not its captures.
            changed |= add_replacement(&m, &out, at, end);
            at = last = end;
        } else if (at < m.text_end) {
            luaL_addchar(&out, *at++);
        } else {
            break;
        }
        if (anchored) break;
    }
    if (!changed) {
        lua_pushvalue(L, 1);
    } else {
        luaL_addlstring(&out, at, (size_t)(m.text_end - at));
        luaL_pushresult(&out);
    }
    lua_pushinteger(L, made);
    return 2;
}

static int string_rep(lua_State *L) {
    size_t count, separator_count;
    const char *text = luaL_checklstring(L, 1, &count);
    lua_Integer times = luaL_checkinteger(L, 2);
    const char *separator = luaL_optlstring(L, 3, "", &separator_count);
    size_t unit = count + separator_count;
    if (times <= 0 || unit == 0) {
        lua_pushliteral(L, "");
        return 1;
    }
    if ((uint64_t)times > njl_context_of(L)->limit / unit) {
        njl_report_nearest(L, &njl_context_of(L)->report);
        return njl_raise_memory(L);
    }
    size_t total = unit * (size_t)times - separator_count;
    njl_charge_bytes(L, total);
    luaL_Buffer out;
    char *bytes = luaL_buffinitsize(L, &out, total);
    // The first unit, then copies of what is there, twice as much each time.
    memcpy(bytes, text, count);
    if (total > count) memcpy(bytes + count, separator, separator_count);
    for (size_t done = total > unit ? unit : total; done < total;) {
        size_t piece = done < total - done ? done : total - done;
        memcpy(bytes + done, bytes, piece);
        done += piece;
    }
    luaL_pushresultsize(&out, total);
    return 1;
}

const luaL_Reg njl_string_functions[] = {
    {"find", string_find}, {"match", string_match}, {"gmatch", string_gmatch},
    {"gsub", string_gsub}, {"rep", string_rep},     {NULL, NULL}};
