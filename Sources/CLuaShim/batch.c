// Many calls of one function in one crossing, each under its own budget.
#include "internal.h"

typedef struct {
    int32_t reference;
    const uint8_t *bytes;
    size_t count;
} item;

static int item_work(lua_State *L) {
    const item *call = lua_touserdata(L, 1);
    if (njl_context_of(L)->released_count) njl_free_released(L);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &njl_references_key);
    lua_rawgeti(L, -1, call->reference);
    lua_remove(L, -2);
    int arguments = njl_decode(L, call->bytes, call->count);
    lua_call(L, arguments, 1);
    njl_encode(L, 2, 1, 0);
    return 0;
}

int32_t njl_call_many(
    njl_context *context, int32_t reference, const uint8_t *lists, const size_t *ends,
    size_t count, njl_budget budget, size_t *done) {
    context->batch.count = 0;
    for (size_t i = *done; i < count; i++) {
        size_t begins = i ? ends[i - 1] : 0;
        item call = {reference, lists + begins, ends[i] - begins};
        atomic_store_explicit(&context->batch_item, (int64_t)i, memory_order_relaxed);
        int result = njl_enter(context, item_work, &call, &budget);
        *done = i;
        if (result != NJL_OK) return result;
        // Each result without the count before it.
        if (!njl_append(&context->batch, context->output.bytes + sizeof(uint32_t),
                        context->output.count - sizeof(uint32_t))) {
            return NJL_MEMORY;
        }
    }
    *done = count;
    return NJL_OK;
}

const uint8_t *njl_batch(const njl_context *context) { return context->batch.bytes; }

int64_t njl_batch_item(const njl_context *context) {
    return atomic_load(&((njl_context *)context)->batch_item);
}
