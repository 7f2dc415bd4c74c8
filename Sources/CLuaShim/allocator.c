// Memory under a limit: what Lua holds is counted, and growth past the limit is refused.
#include <stdlib.h>

#include "internal.h"

void *njl_allocate(void *opaque, void *old, size_t old_size, size_t new_size) {
    njl_context *context = opaque;
    size_t held = old ? old_size : 0;  // without a block, old_size tells the kind of object
    if (new_size == 0) {
        free(old);
        context->used -= held;
        return NULL;
    }
    if (new_size > held && !context->registering) {
        // Once a budget is spent nothing large grows: loops inside Lua that run no instruction end
        // here. What the error itself needs is little.
        if (context->tripped && new_size > 1 << 14) {
            if (context->current && !*context->report.chunk) {
                njl_report_nearest(context->current, &context->report);
            }
            context->refusals++;
            return NULL;
        }
        size_t growth = new_size - held;
        if (growth > context->limit || context->used > context->limit - growth) {
            // No message handler runs on a memory error, so its place is noted here. Lua tries once
            // more after a collection; a success then makes the note harmless.
            if (context->current) njl_report_nearest(context->current, &context->report);
            context->refusals++;
            return NULL;
        }
    }
    void *block = realloc(old, new_size);
    // Lua takes for granted that shrinking works.
    if (!block) return new_size <= held ? old : NULL;
    context->used += new_size - held;
    if (context->used > context->peak) context->peak = context->used;
    return block;
}

void *njl_resize_scratch(lua_State *L, void *old, size_t old_size, size_t new_size) {
    njl_context *context = njl_context_of(L);
    size_t growth = new_size - old_size;
    if (growth > context->limit || context->used > context->limit - growth) njl_raise_memory(L);
    void *block = realloc(old, new_size);
    if (!block) njl_raise_memory(L);
    context->used += growth;
    if (context->used > context->peak) context->peak = context->used;
    return block;
}

static size_t scratch_of(const njl_context *context) {
    const njl_walk *walk = &context->walk;
    return walk->capacity * sizeof *walk->entries + walk->order_capacity * sizeof *walk->order;
}

// Scratch space counts while it may be needed, and is no part of what an interpreter holds.
size_t njl_memory_used(const njl_context *context) { return context->used - scratch_of(context); }

void njl_collect(njl_context *context) {
    if (context->main) lua_gc(context->main, LUA_GCCOLLECT);
}

void njl_drop_walk(njl_context *context) {
    njl_walk *walk = &context->walk;
    context->used -= scratch_of(context);
    free(walk->entries);
    free(walk->order);
    *walk = (njl_walk){0};
}

int njl_reserve(njl_buffer *buffer, size_t extra) {
    if (buffer->capacity - buffer->count >= extra) return 1;
    size_t capacity = buffer->capacity ? buffer->capacity : 512;
    while (capacity - buffer->count < extra) {
        if (capacity > SIZE_MAX / 2) return 0;
        capacity *= 2;
    }
    uint8_t *bytes = realloc(buffer->bytes, capacity);
    if (!bytes) return 0;
    buffer->bytes = bytes;
    buffer->capacity = capacity;
    return 1;
}

int njl_append(njl_buffer *buffer, const void *bytes, size_t count) {
    if (!njl_reserve(buffer, count)) return 0;
    if (count) memcpy(buffer->bytes + buffer->count, bytes, count);
    buffer->count += count;
    return 1;
}

static void drop_large(njl_buffer *buffer) {
    if (buffer->capacity <= 1 << 20) return;
    free(buffer->bytes);
    *buffer = (njl_buffer){0};
}

// Gives large scratch space back before an outermost entry; small scratch space is kept for speed.
void njl_trim(njl_context *context) {
    drop_large(&context->output);
    drop_large(&context->reply);
    drop_large(&context->message);
    if (context->walk.capacity > 1 << 14) njl_drop_walk(context);
    context->walk.count = context->walk.order_count = 0;
}
