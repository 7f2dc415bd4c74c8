// Lua patterns by backtracking: the language of the reference manual, section 6.4.1.
//
// A backtracking matcher may take exponential time, so every step counts, and the budget is asked
// every few thousand of them.
#include "patterns.h"

#include <ctype.h>

enum { MAX_DEPTH = 200, CHARGED_STEPS = 4096 };

static void charge(njl_matcher *m) {
    size_t steps = m->steps;
    m->steps = 0;
    njl_charge(m->L, steps);
}

static inline void step(njl_matcher *m) {
    if (++m->steps >= CHARGED_STEPS) charge(m);
}

// The pattern position after the single item at `p`: one character, an escape or a set.
static const char *item_end(njl_matcher *m, const char *p) {
    char first = *p++;
    if (first == '%') {
        if (p == m->pattern_end) luaL_error(m->L, "malformed pattern (ends with '%%')");
        return p + 1;
    }
    if (first != '[') return p;
    if (p < m->pattern_end && *p == '^') p++;
    // A ']' in first place stands for itself.
    int is_first = 1;
    for (;; is_first = 0) {
        if (p >= m->pattern_end) luaL_error(m->L, "malformed pattern (missing ']')");
        if (*p == ']' && !is_first) return p + 1;
        if (*p++ == '%') {
            if (p >= m->pattern_end) luaL_error(m->L, "malformed pattern (missing ']')");
            p++;
        }
    }
}

static int in_class(int c, int name) {
    int member;
    switch (tolower(name)) {
        case 'a': member = isalpha(c); break;
        case 'c': member = iscntrl(c); break;
        case 'd': member = isdigit(c); break;
        case 'g': member = isgraph(c); break;
        case 'l': member = islower(c); break;
        case 'p': member = ispunct(c); break;
        case 's': member = isspace(c); break;
        case 'u': member = isupper(c); break;
        case 'w': member = isalnum(c); break;
        case 'x': member = isxdigit(c); break;
        default: return name == c;
    }
    return isupper(name) ? !member : member != 0;
}

// `p` is at '[' and `end` after the matching ']'.
static int in_set(njl_matcher *m, int c, const char *p, const char *end) {
    int found = 1;
    const char *last = end - 1;
    p++;
    if (*p == '^') {
        found = 0;
        p++;
    }
    while (p < last) {
        step(m);
        if (*p == '%') {
            if (in_class(c, (unsigned char)p[1])) return found;
            p += 2;
        } else if (p + 2 < last && p[1] == '-') {
            if ((unsigned char)p[0] <= c && c <= (unsigned char)p[2]) return found;
            p += 3;
        } else {
            if ((unsigned char)*p == c) return found;
            p++;
        }
    }
    return !found;
}

static int matches_item(njl_matcher *m, const char *at, const char *p, const char *end) {
    if (at >= m->text_end) return 0;
    step(m);
    int c = (unsigned char)*at;
    switch (*p) {
        case '.': return 1;
        case '%': return in_class(c, (unsigned char)p[1]);
        case '[': return in_set(m, c, p, end);
        default: return (unsigned char)*p == c;
    }
}

static const char *match_balance(njl_matcher *m, const char *at, const char *p) {
    if (m->pattern_end - p < 2) luaL_error(m->L, "malformed pattern (missing arguments to '%%b')");
    if (at >= m->text_end || *at != p[0]) return NULL;
    size_t open = 1;
    for (const char *s = at + 1; s < m->text_end; s++) {
        step(m);
        if (*s == p[1]) {
            if (--open == 0) return s + 1;
        } else if (*s == p[0]) {
            open++;
        }
    }
    return NULL;
}

// True at the border where the previous character is outside the set and the next one inside it.
static int at_frontier(njl_matcher *m, const char *at, const char *p, const char *end) {
    int before = at == m->text ? 0 : (unsigned char)at[-1];
    int after = at == m->text_end ? 0 : (unsigned char)*at;
    return !in_set(m, before, p, end) && in_set(m, after, p, end);
}

static const char *match_again(njl_matcher *m, const char *at, int digit) {
    int index = digit - '1';
    if (index < 0 || index >= m->captures || m->capture[index].count == NJL_CAPTURE_OPEN) {
        luaL_error(m->L, "invalid capture index %%%d", index + 1);
    }
    ptrdiff_t count = m->capture[index].count;
    if (count < 0 || m->text_end - at < count) return NULL;
    m->steps += (size_t)count / NJL_UNIT_BYTES;
    step(m);
    return memcmp(m->capture[index].start, at, (size_t)count) == 0 ? at + count : NULL;
}

static const char *open_capture(njl_matcher *m, const char *at, const char *p, ptrdiff_t kind) {
    if (m->captures >= NJL_MAX_CAPTURES) luaL_error(m->L, "too many captures");
    m->capture[m->captures].start = at;
    m->capture[m->captures].count = kind;
    m->captures++;
    const char *end = njl_match(m, at, p);
    if (!end) m->captures--;
    return end;
}

static const char *close_capture(njl_matcher *m, const char *at, const char *p) {
    int index = m->captures - 1;
    while (index >= 0 && m->capture[index].count != NJL_CAPTURE_OPEN) index--;
    if (index < 0) luaL_error(m->L, "invalid pattern capture");
    m->capture[index].count = at - m->capture[index].start;
    const char *end = njl_match(m, at, p);
    if (!end) m->capture[index].count = NJL_CAPTURE_OPEN;
    return end;
}

// As many items as there are, then fewer until the rest matches.
static const char *match_most(njl_matcher *m, const char *at, const char *p, const char *end) {
    ptrdiff_t count = 0;
    while (matches_item(m, at + count, p, end)) count++;
    for (; count >= 0; count--) {
        const char *result = njl_match(m, at + count, end + 1);
        if (result) return result;
    }
    return NULL;
}

static const char *match_least(njl_matcher *m, const char *at, const char *p, const char *end) {
    for (;; at++) {
        const char *result = njl_match(m, at, end + 1);
        if (result) return result;
        if (!matches_item(m, at, p, end)) return NULL;
    }
}

// Loops over items in a row; recursion happens only where a choice may have to be taken back.
static const char *match_row(njl_matcher *m, const char *at, const char *p) {
    while (p < m->pattern_end) {
        step(m);
        if (*p == '(') {
            if (p + 1 < m->pattern_end && p[1] == ')') {
                return open_capture(m, at, p + 2, NJL_CAPTURE_POSITION);
            }
            return open_capture(m, at, p + 1, NJL_CAPTURE_OPEN);
        }
        if (*p == ')') return close_capture(m, at, p + 1);
        if (*p == '$' && p + 1 == m->pattern_end) return at == m->text_end ? at : NULL;
        if (*p == '%' && p + 1 < m->pattern_end) {
            if (p[1] == 'b') {
                at = match_balance(m, at, p + 2);
                if (!at) return NULL;
                p += 4;
                continue;
            }
            if (p[1] == 'f') {
                p += 2;
                if (p >= m->pattern_end || *p != '[') {
                    luaL_error(m->L, "missing '[' after '%%f' in pattern");
                }
                const char *end = item_end(m, p);
                if (!at_frontier(m, at, p, end)) return NULL;
                p = end;
                continue;
            }
            if (isdigit((unsigned char)p[1])) {
                at = match_again(m, at, p[1]);
                if (!at) return NULL;
                p += 2;
                continue;
            }
        }
        const char *end = item_end(m, p);
        char suffix = end < m->pattern_end ? *end : 0;
        if (suffix == '*') return match_most(m, at, p, end);
        if (suffix == '-') return match_least(m, at, p, end);
        int matched = matches_item(m, at, p, end);
        if (suffix == '+') return matched ? match_most(m, at + 1, p, end) : NULL;
        if (suffix == '?') {
            if (matched) {
                const char *result = njl_match(m, at + 1, end + 1);
                if (result) return result;
            }
            p = end + 1;
            continue;
        }
        if (!matched) return NULL;
        at++;
        p = end;
    }
    return at;
}

const char *njl_match(njl_matcher *m, const char *at, const char *pattern) {
    if (m->depth == MAX_DEPTH) luaL_error(m->L, "pattern too complex");
    m->depth++;
    const char *end = match_row(m, at, pattern);
    m->depth--;
    return end;
}

void njl_match_begin(njl_matcher *m, lua_State *L, const char *text, size_t text_count,
                     const char *pattern, size_t pattern_count) {
    m->L = L;
    m->text = text;
    m->text_end = text + text_count;
    m->pattern_end = pattern + pattern_count;
    m->steps = 0;
    m->depth = m->captures = 0;
}

const char *njl_match_at(njl_matcher *m, const char *at, const char *pattern) {
    m->depth = m->captures = 0;
    const char *end = njl_match(m, at, pattern);
    // A counted budget wants each match charged; for the clock a few thousand steps are no time.
    m->steps++;
    if (m->steps >= CHARGED_STEPS || njl_context_of(m->L)->counting) charge(m);
    return end;
}

void njl_push_capture(njl_matcher *m, int index, const char *start, const char *end) {
    if (index >= m->captures) {
        if (index != 0) luaL_error(m->L, "invalid capture index %%%d", index + 1);
        lua_pushlstring(m->L, start, (size_t)(end - start));
        return;
    }
    ptrdiff_t count = m->capture[index].count;
    if (count == NJL_CAPTURE_OPEN) luaL_error(m->L, "unfinished capture");
    if (count == NJL_CAPTURE_POSITION) {
        lua_pushinteger(m->L, m->capture[index].start - m->text + 1);
    } else {
        lua_pushlstring(m->L, m->capture[index].start, (size_t)count);
    }
}

int njl_push_captures(njl_matcher *m, const char *start, const char *end, int whole) {
    int count = m->captures == 0 && whole ? 1 : m->captures;
    luaL_checkstack(m->L, count, "too many captures");
    for (int i = 0; i < count; i++) njl_push_capture(m, i, start, end);
    return count;
}
