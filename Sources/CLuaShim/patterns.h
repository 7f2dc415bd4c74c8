// Lua patterns by backtracking, with a budget.
#pragma once
#include "internal.h"

enum { NJL_MAX_CAPTURES = 32, NJL_CAPTURE_OPEN = -1, NJL_CAPTURE_POSITION = -2 };

typedef struct {
    lua_State *L;
    const char *text, *text_end;
    const char *pattern_end;
    uint32_t steps;  // counts on over matches, so that many short ones are noticed too
    int depth, captures;
    struct {
        const char *start;
        ptrdiff_t count;
    } capture[NJL_MAX_CAPTURES];
} njl_matcher;

// The end of the match that starts at `at`, or NULL. Raises on a malformed pattern.
const char *njl_match(njl_matcher *m, const char *at, const char *pattern);
// Pushes the captures, or the whole match where the pattern has none and `whole` is given.
int njl_push_captures(njl_matcher *m, const char *start, const char *end, int whole);
void njl_push_capture(njl_matcher *m, int index, const char *start, const char *end);
