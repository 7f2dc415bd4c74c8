// Rotary position embedding (Su et al. 2021) on x [n, heads, d]: pairs (i, i + d/2) turn by the
// angle of the row's position; heads from `rotated` on are copied, unless `out` is x itself.
#define NJ_SELF "rotary.c"
#include "each_variant.h"

#ifdef NJ_PASS

#include "vector.h"
#include "rotary_rows.h"

static void NJ(rotary)(void *context, size_t from, size_t to, int thread) {
    const nj_rotary_call *call = context;
    const size_t size = nj_kind_bytes(call->kind), d = call->head_size;
    (void)thread;
    for (size_t row = from; row < to; row++) {
        NJ(rotate_rows)(call, row, row + 1, 0, call->rotated_heads);
        if (call->out == call->x) continue;
        size_t at = (row * call->heads + call->rotated_heads) * d * size;
        memcpy((char *)call->out + at, (const char *)call->x + at,
            (call->heads - call->rotated_heads) * d * size);
    }
}

#else

void nj_rotary(const nj_rotary_call *call) {
    size_t width = call->heads * call->head_size;
    nj_for_ranges(
        call->rows, 1, (1 << 13) / (width + 1) + 1, NJ_PICK(rotary), (void *)call);
}

#endif
