// Lua patterns by backtracking, with a budget.
#pragma once
#include "internal.h"

enum { NJL_MAX_CAPTURES = 32, NJL_CAPTURE_OPEN = -1, NJL_CAPTURE_POSITION = -2 };

typedef struct {
    lua_State *L;
    const char *text, *text_end;
    const char *pattern_end;
    size_t steps;  // not yet charged; counts on over matches, so that short ones are noticed too
    int depth, captures;
    struct {
        const char *start;
        ptrdiff_t count;
    } capture[NJL_MAX_CAPTURES];
} njl_matcher;

// Starts on a text, which begins at `text`.
void njl_match_begin(njl_matcher *m, lua_State *L, const char *text, size_t text_count,
                     const char *pattern, size_t pattern_count);
// The end of a match of the whole pattern that starts at `at`, or NULL. Charges what it took.
const char *njl_match_at(njl_matcher *m, const char *at, const char *pattern);
// The end of the match that starts at `at`, or NULL. Raises on a malformed pattern.
const char *njl_match(njl_matcher *m, const char *at, const char *pattern);
// Pushes the captures, or the whole match where the pattern has none and `whole` is given.
int njl_push_captures(njl_matcher *m, const char *start, const char *end, int whole);
void njl_push_capture(njl_matcher *m, int index, const char *start, const char *end);
