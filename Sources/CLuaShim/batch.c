// Many calls of one function in one crossing, each under its own budget.
#include "internal.h"

typedef struct {
    int32_t reference;
    const uint8_t *bytes;
    size_t count;
} item;

static int item_work(lua_State *L) {
    const item *call = lua_touserdata(L, 1);
    njl_free_released(L);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &njl_references_key);
    lua_rawgeti(L, -1, call->reference);
    lua_remove(L, -2);
    int arguments = njl_decode(L, call->bytes, call->count);
    lua_call(L, arguments, 1);
    njl_encode(L, 2, 1, 0);
    return 0;
}

// Which item is in progress and where the batch ends, in one word: others take items from the end
// while the batch goes on.
static uint64_t pack(uint32_t item, uint32_t end) { return (uint64_t)item << 32 | end; }

void njl_batch_begin(njl_context *context, size_t count) {
    atomic_store(&context->batch_items, pack(0, (uint32_t)count));
}

// Goes on to item `next`; false where the batch ends before it.
static int advance(njl_context *context, size_t next) {
    uint64_t now = atomic_load(&context->batch_items);
    do {
        if (next >= (uint32_t)now) return 0;
    } while (!atomic_compare_exchange_weak(
        &context->batch_items, &now, pack((uint32_t)next, (uint32_t)now)));
    return 1;
}

int64_t njl_batch_steal(njl_context *context) {
    uint64_t now = atomic_load(&context->batch_items);
    for (;;) {
        uint32_t item = (uint32_t)(now >> 32), end = (uint32_t)now;
        if (end < 2 || item >= end - 1) return -1;
        uint32_t kept = end - (end - item) / 2;
        if (atomic_compare_exchange_weak(&context->batch_items, &now, pack(item, kept))) {
            return kept;
        }
    }
}

int32_t njl_call_many(
    njl_context *context, int32_t reference, const uint8_t *lists, const size_t *ends,
    njl_budget budget, size_t *done) {
    context->batch.count = 0;
    size_t i = *done;
    for (; advance(context, i); i++) {
        size_t begins = i ? ends[i - 1] : 0;
        if (ends[i] == begins) continue;
        item call = {reference, lists + begins, ends[i] - begins};
        int result = njl_enter(context, item_work, &call, &budget);
        *done = i;
        if (result != NJL_OK) {
            njl_name_function(context, reference);
            return result;
        }
        // Each result without the count before it.
        if (!njl_append(&context->batch, context->output.bytes + sizeof(uint32_t),
                        context->output.count - sizeof(uint32_t))) {
            return NJL_MEMORY;
        }
    }
    *done = i;
    return NJL_OK;
}

const uint8_t *njl_batch(const njl_context *context) { return context->batch.bytes; }

int64_t njl_batch_item(const njl_context *context) {
    return (int64_t)(atomic_load(&((njl_context *)context)->batch_items) >> 32);
}
