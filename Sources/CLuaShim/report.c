// Where an error happened, read from the stack while it still stands, into storage of our own.
//
// Nothing here allocates in Lua, runs Lua code or raises, so a report survives any error, a spent
// budget included.
#include <stdio.h>

#include "internal.h"

enum { HEAD_FRAMES = 14, TAIL_FRAMES = 8, SEARCHED_FRAMES = 250 };

// The chunk's name as the host gave it: full, where Lua's own short form cuts at 60 characters.
static const char *chunk_name(const lua_Debug *frame) {
    if (*frame->source == '@' || *frame->source == '=') return frame->source + 1;
    return frame->short_src;
}

static void set_place(njl_report *report, const char *chunk, int line) {
    snprintf(report->chunk, sizeof report->chunk, "%s", chunk);
    report->line = line > 0 ? line : 0;
}

void njl_report_nearest(lua_State *L, njl_report *report) {
    lua_Debug frame;
    report->message_offset = 0;
    set_place(report, "", 0);
    report->trace[0] = 0;
    for (int level = 0; level < SEARCHED_FRAMES && lua_getstack(L, level, &frame); level++) {
        lua_getinfo(L, "Sl", &frame);
        if (frame.currentline > 0) {
            set_place(report, chunk_name(&frame), frame.currentline);
            return;
        }
    }
}

void njl_report_chunk(njl_report *report, const lua_Debug *function) {
    if (*function->what != 'C') set_place(report, chunk_name(function), 0);
}

// Finds the frame whose position the message begins with, so that the two can be told apart.
static int match_position(lua_State *L, const char *message, njl_report *report) {
    lua_Debug frame;
    for (int level = 0; level < SEARCHED_FRAMES && lua_getstack(L, level, &frame); level++) {
        lua_getinfo(L, "Sl", &frame);
        if (frame.currentline <= 0) continue;
        char position[LUA_IDSIZE + 32];
        int length = snprintf(
            position, sizeof position, "%s:%d: ", frame.short_src, frame.currentline);
        if (strncmp(message, position, (size_t)length) != 0) continue;
        set_place(report, chunk_name(&frame), frame.currentline);
        report->message_offset = (size_t)length;
        return 1;
    }
    return 0;
}

static size_t write_frame(lua_State *L, lua_Debug *frame, char *out, size_t room) {
    lua_getinfo(L, "Slnt", frame);
    char place[1100], what[200];
    if (*frame->what == 'C') {
        snprintf(place, sizeof place, "[host]");
    } else {
        snprintf(place, sizeof place, "%s:%d", chunk_name(frame), frame->currentline);
    }
    if (*frame->what == 'm') {
        snprintf(what, sizeof what, "in main chunk");
    } else if (frame->name && *frame->namewhat) {
        snprintf(what, sizeof what, "in %s '%.120s'", frame->namewhat, frame->name);
    } else if (*frame->what == 'C') {
        snprintf(what, sizeof what, "in a host function");
    } else {
        snprintf(what, sizeof what, "in function defined at line %d", frame->linedefined);
    }
    int wrote = snprintf(
        out, room, "%s: %s%s\n", place, what, frame->istailcall ? " (tail call)" : "");
    // A frame that does not fit is left out whole.
    if (wrote < 0 || (size_t)wrote >= room) {
        *out = 0;
        return 0;
    }
    return (size_t)wrote;
}

static int stack_depth(lua_State *L) {
    lua_Debug frame;
    int low = 0, high = 1;
    while (lua_getstack(L, high, &frame)) {
        low = high;
        high *= 2;
    }
    while (low + 1 < high) {
        int middle = low + (high - low) / 2;
        if (lua_getstack(L, middle, &frame)) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return high;
}

static int is_host_frame(lua_State *L, int level) {
    lua_Debug frame;
    return lua_getstack(L, level, &frame) && lua_getinfo(L, "S", &frame) && *frame.what == 'C';
}

// Appends the frames from `level` down to the host's entry. The entry itself is no news.
static void write_trace(lua_State *L, int level, int hides_entry, char *out, size_t room) {
    size_t used = strlen(out);
    int depth = stack_depth(L) - hides_entry;
    lua_Debug frame;
    for (; level < depth && lua_getstack(L, level, &frame); level++) {
        if (level == HEAD_FRAMES && depth - TAIL_FRAMES > level) {
            int skipped = depth - TAIL_FRAMES - level;
            int wrote = snprintf(out + used, room - used, "... %d frames\n", skipped);
            if (wrote > 0 && (size_t)wrote < room - used) used += (size_t)wrote;
            level += skipped - 1;
            continue;
        }
        used += write_frame(L, &frame, out + used, room - used);
    }
}

int njl_handler(lua_State *L) {
    njl_context *context = njl_context_of(L);
    njl_report *report = &context->report;
    const char *message = lua_type(L, 1) == LUA_TSTRING ? lua_tostring(L, 1) : NULL;
    const void *value = lua_topointer(L, 1);
    if (value && context->carried.value == value) {
        *report = context->carried;
    } else if (context->loading) {
        njl_report_syntax(context, message && !context->tripped ? message : "");
    } else {
        njl_report_nearest(L, report);
        if (message && !context->tripped) match_position(L, message, report);
    }
    // The place of a spent budget holds until the outermost call is over.
    if (!context->tripped) context->carried.value = NULL;
    // Level 0 is this handler; a host function that raised is what the message speaks of.
    write_trace(
        L, is_host_frame(L, 1) ? 2 : 1, lua_pushthread(L), report->trace, sizeof report->trace);
    lua_pop(L, 1);
    return 1;
}

// Keeps the report of an error that leaves the coroutine `from` and is about to be raised in `L`,
// where the value lies on top.
void njl_report_carry(lua_State *L, lua_State *from) {
    njl_context *context = njl_context_of(L);
    const void *value = lua_topointer(L, -1);
    // An error that crosses several coroutines keeps the frames of the innermost.
    if (!value || context->carried.value == value) return;
    njl_report *report = &context->carried;
    njl_report_nearest(from, report);
    // A coroutine whose body is a function of the host has no line: it is where it was resumed.
    if (!*report->chunk) njl_report_nearest(L, report);
    if (lua_type(L, -1) == LUA_TSTRING) match_position(from, lua_tostring(L, -1), report);
    write_trace(from, 0, 0, report->trace, sizeof report->trace / 2);
    report->value = value;
}

// A syntax error names the chunk by its short form, before any frame of it exists.
void njl_report_syntax(njl_context *context, const char *message) {
    njl_report *report = &context->report;
    const char *name = context->loading;
    report->trace[0] = 0;
    report->message_offset = 0;
    set_place(report, *name == '@' || *name == '=' ? name + 1 : name, 0);
    for (const char *at = strchr(message, ':'); at; at = strchr(at + 1, ':')) {
        const char *digit = at + 1;
        int line = 0;
        while (*digit >= '0' && *digit <= '9' && line < 100000000) {
            line = line * 10 + *digit++ - '0';
        }
        if (digit > at + 1 && digit[0] == ':' && digit[1] == ' ') {
            report->line = line;
            report->message_offset = (size_t)(digit + 2 - message);
            return;
        }
    }
}
