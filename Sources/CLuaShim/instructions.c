// Counted budgets: the instructions of every coroutine and the work of every library function on
// one counter, so that a script is cut off at the same place in every run.
//
// Lua counts down to its count hook for each coroutine on its own and has no call that reads the
// countdown. It is read from the interpreter's memory, at a place that is found by experiment when
// a state is opened; where the experiment fails the hook runs at every instruction, which counts
// as well and costs more.
#include "internal.h"

// Instructions between two hooks. Small, since near the limit every charge sets the hook anew.
enum { QUANTUM = 1000, SEARCHED_BYTES = 256 };

static int read_int(const lua_State *L, size_t offset) {
    int value;
    memcpy(&value, (const char *)L + offset, sizeof value);
    return value;
}

// The place of two neighbouring integers that both hold `mark`, or 0 where there is not one place.
static size_t find_pair(const lua_State *L, int mark) {
    size_t found = 0;
    for (size_t at = sizeof(int); at + 2 * sizeof(int) <= SEARCHED_BYTES; at += sizeof(int)) {
        if (read_int(L, at) != mark || read_int(L, at + sizeof(int)) != mark) continue;
        if (found) return 0;
        found = at;
    }
    return found;
}

// Sets the hook to two telling counts, finds both the count and its countdown, and sees which of
// them runs down.
size_t njl_find_countdown(lua_State *L) {
    static const int marks[] = {0x5A17C0DE, 0x2B3D9E11};
    size_t place = 0;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        lua_sethook(L, njl_hook, LUA_MASKCOUNT, marks[i]);
        size_t found = find_pair(L, marks[i]);
        if (i > 0 && found != place) found = 0;
        place = found;
        if (!place) break;
    }
    if (place && luaL_loadstring(L, "local a, b = 1, 2 local c = a + b return c") == LUA_OK) {
        lua_call(L, 0, 0);
        int mark = marks[1], first = read_int(L, place), second = read_int(L, place + sizeof(int));
        int first_ran = first < mark && first > mark - 100;
        int second_ran = second < mark && second > mark - 100;
        if (first_ran == second_ran) {
            place = 0;
        } else if (second_ran) {
            place += sizeof(int);
        }
    }
    lua_sethook(L, NULL, 0, 0);
    return place;
}

// Instructions left until the hook of `L` runs.
static int countdown(const njl_context *context, const lua_State *L) {
    return context->countdown ? read_int(L, context->countdown) : context->segment;
}

// Sets the hook of `L` to where the limit or the quantum ends, whichever is nearer.
static void arm(njl_context *context, lua_State *L) {
    uint64_t room = context->counted < context->count_limit
        ? context->count_limit - context->counted : 0;
    uint64_t quantum = context->countdown ? QUANTUM : 1;
    context->segment = (int)(room < quantum ? room + 1 : quantum);
    lua_sethook(L, njl_hook, LUA_MASKCOUNT, context->segment);
}

// Moves what `L` ran since the last settling to the common counter.
static void settle(njl_context *context, lua_State *L) {
    int left = countdown(context, L);
    context->counted += (uint64_t)(context->segment - left);
    context->segment = left;
}

void njl_count_enter(lua_State *L) {
    njl_context *context = njl_context_of(L);
    if (!context->counting || context->tripped) return;
    if (lua_gethook(L) == njl_hook && context->countdown) {
        int left = countdown(context, L);
        uint64_t room = context->count_limit - context->counted;
        if (context->counted <= context->count_limit && left > 0 && left <= QUANTUM &&
            (uint64_t)left <= room + 1) {
            context->segment = left;
            return;
        }
    }
    arm(context, L);
}

void njl_count_leave(lua_State *L) {
    njl_context *context = njl_context_of(L);
    // Once a budget is spent the hook runs at every instruction, and counts no more.
    if (context->counting && !context->tripped) settle(context, L);
}

void njl_count_begin(njl_context *context, uint64_t limit) {
    context->counted = 0;
    context->count_limit = limit;
    context->counting = limit != UINT64_MAX;
    if (context->counting) njl_count_enter(context->main);
}

void njl_count_end(njl_context *context) {
    if (context->counting) {
        njl_count_leave(context->main);
        lua_sethook(context->main, NULL, 0, 0);
    }
    context->was_counted = context->counting;
    context->counting = 0;
}

void njl_trip(lua_State *L, int kind) {
    njl_context *context = njl_context_of(L);
    if (context->tripped) return;
    njl_count_leave(L);
    context->tripped = kind;
}

// The hook ran: the whole segment is over, and Lua counts down from the start again.
void njl_count_hook(lua_State *L) {
    njl_context *context = njl_context_of(L);
    context->counted += (uint64_t)context->segment;
    if (context->counted > context->count_limit) {
        context->tripped = NJL_INSTRUCTIONS;
        njl_raise_budget(L);
    }
    context->segment = lua_gethookcount(L);
    uint64_t room = context->count_limit - context->counted;
    if (context->segment > QUANTUM || (uint64_t)context->segment > room + 1) {
        arm(context, L);
    } else if (context->countdown && context->segment < QUANTUM && room > QUANTUM) {
        arm(context, L);
    }
}

void njl_count(lua_State *L, size_t units) {
    njl_context *context = njl_context_of(L);
    if (context->tripped) return;
    settle(context, L);
    uint64_t room = context->counted <= context->count_limit
        ? context->count_limit - context->counted : 0;
    if (units > room || context->counted > context->count_limit) {
        context->counted = context->count_limit + 1;
        context->tripped = NJL_INSTRUCTIONS;
        return;
    }
    context->counted += units;
    if ((uint64_t)context->segment > room - units + 1) arm(context, L);
}

int64_t njl_instructions(const njl_context *context) {
    if (!context->was_counted) return -1;
    return (int64_t)(context->counted < context->count_limit
        ? context->counted : context->count_limit);
}
