// Rotary position embedding (Su et al. 2021) on x [n, heads, d]: pairs (i, i + d/2) turn by the
// angle of the row's position; heads from `rotated` on are copied, unless `out` is x itself.
#define NJ_SELF "rotary.c"
#include "each_variant.h"

#ifdef NJ_PASS

#include "vector.h"

NJ_INLINE void NJ(rotary_of)(
    const nj_rotary_call *call, size_t from, size_t to, const nj_kind kind
) {
    const size_t d = call->head_size, half = d / 2, width = call->heads * d;
    for (size_t row = from; row < to; row++) {
        size_t table = (size_t)call->positions[row] * half;
        for (size_t head = 0; head < call->rotated_heads; head++)
            NJ_EACH(j, n, 0, half, {
                size_t at = row * width + head * d + j;
                nj_v16 cosine = NJ(load_some)(call->cosines, table + j, n, NJ_F32);
                nj_v16 sine = NJ(load_some)(call->sines, table + j, n, NJ_F32);
                if (call->inverse) sine = -sine;
                nj_v16 a = NJ(load_some)(call->x, at, n, kind);
                nj_v16 b = NJ(load_some)(call->x, at + half, n, kind);
                NJ(store_some)(call->out, at, n, a * cosine - b * sine, kind);
                NJ(store_some)(call->out, at + half, n, b * cosine + a * sine, kind);
            });
        if (call->out == call->x) continue;
        size_t size = nj_kind_bytes(kind), at = row * width + call->rotated_heads * d;
        memcpy((char *)call->out + at * size, (const char *)call->x + at * size,
            (call->heads - call->rotated_heads) * d * size);
    }
}

static void NJ(rotary)(void *context, size_t from, size_t to, int thread) {
    const nj_rotary_call *call = context;
    (void)thread;
    if (call->kind == NJ_BF16)
        NJ(rotary_of)(call, from, to, NJ_BF16);
    else
        NJ(rotary_of)(call, from, to, NJ_F32);
}

#else

void nj_rotary(const nj_rotary_call *call) {
    size_t width = call->heads * call->head_size;
    nj_for_ranges(
        call->rows, 1, (1 << 13) / (width + 1) + 1, NJ_PICK(rotary), (void *)call);
}

#endif
