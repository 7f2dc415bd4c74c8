// Sums and scalings of whole tensors, element by element, in any mix of f32 and bf16.
//
// Bound by memory: one pass, cut over the team from 16 Ki elements on.
#ifndef ELEMENTWISE_TYPES
#define ELEMENTWISE_TYPES
#include "kernels_internal.h"

struct elementwise_run {
    const void *a;
    const void *b;
    void *out;
    nj_kind a_kind, b_kind, out_kind;
    float scale;
};
#endif

#define NJ_SELF "elementwise.c"
#include "each_variant.h"

#ifdef NJ_PASS

#include "vector.h"

// out = a + scale * b. A scale of 1 gives the plain sum: the product is exact.
NJ_INLINE void NJ(add_of)(
    const struct elementwise_run *run, size_t from, size_t to, const nj_kind ka, const nj_kind kb
) {
    NJ_EACH(i, n, from, to, {
        nj_v16 a = NJ(load_some)(run->a, i, n, ka);
        nj_v16 b = NJ(load_some)(run->b, i, n, kb);
        NJ(store_some)(run->out, i, n, a + run->scale * b, ka);
    });
}

static void NJ(add)(void *context, size_t from, size_t to, int thread) {
    const struct elementwise_run *run = context;
    (void)thread;
    if (run->a_kind == NJ_F32 && run->b_kind == NJ_F32)
        NJ(add_of)(run, from, to, NJ_F32, NJ_F32);
    else if (run->a_kind == NJ_F32)
        NJ(add_of)(run, from, to, NJ_F32, NJ_BF16);
    else if (run->b_kind == NJ_F32)
        NJ(add_of)(run, from, to, NJ_BF16, NJ_F32);
    else
        NJ(add_of)(run, from, to, NJ_BF16, NJ_BF16);
}

static void NJ(scale)(void *context, size_t from, size_t to, int thread) {
    const struct elementwise_run *run = context;
    (void)thread;
    NJ_EACH(i, n, from, to, {
        nj_v16 x = NJ(load_some)(run->out, i, n, run->out_kind);
        NJ(store_some)(run->out, i, n, x * run->scale, run->out_kind);
    });
}

#else

enum { GRAIN = 1 << 10, SERIAL_BELOW = 1 << 14 };

void nj_add(
    const void *a, nj_kind a_kind, const void *b, nj_kind b_kind, float scale, void *out,
    size_t count
) {
    struct elementwise_run run = {a, b, out, a_kind, b_kind, a_kind, scale};
    nj_for_ranges(count, GRAIN, SERIAL_BELOW, NJ_PICK(add), &run);
}

void nj_scale(void *x, nj_kind kind, float factor, size_t count) {
    struct elementwise_run run = {.out = x, .out_kind = kind, .scale = factor};
    nj_for_ranges(count, GRAIN, SERIAL_BELOW, NJ_PICK(scale), &run);
}

#endif
