// Soft caps of logits (Gemma 2, 2024): x becomes cap tanh(x / cap), and the slopes of that.
#ifndef SOFT_CAP_TYPES
#define SOFT_CAP_TYPES
#include "kernels_internal.h"

struct soft_cap_run {
    float *x;
    float *slopes;
    const float *factors;
    float cap;
};
#endif

#define NJ_SELF "soft_cap.c"
#include "each_variant.h"

#ifdef NJ_PASS

#include "vector.h"

static void NJ(soft_cap)(void *context, size_t from, size_t to, int thread) {
    const struct soft_cap_run *run = context;
    (void)thread;
    NJ_EACH(i, n, from, to, {
        nj_v16 t = NJ(tanh)(NJ(load_some)(run->x, i, n, NJ_F32) * (1.0f / run->cap));
        NJ(store_some)(run->x, i, n, t * run->cap, NJ_F32);
        if (run->slopes) NJ(store_some)(run->slopes, i, n, 1.0f - t * t, NJ_F32);
    });
}

static void NJ(multiply_into)(void *context, size_t from, size_t to, int thread) {
    const struct soft_cap_run *run = context;
    (void)thread;
    NJ_EACH(i, n, from, to, {
        nj_v16 product
            = NJ(load_some)(run->x, i, n, NJ_F32) * NJ(load_some)(run->factors, i, n, NJ_F32);
        NJ(store_some)(run->x, i, n, product, NJ_F32);
    });
}

#else

enum { GRAIN = 1 << 10, SERIAL_BELOW = 1 << 12 };

void nj_soft_cap(float *x, float *slopes, float cap, size_t count) {
    struct soft_cap_run run = {.x = x, .slopes = slopes, .cap = cap};
    nj_for_ranges(count, GRAIN, SERIAL_BELOW, NJ_PICK(soft_cap), &run);
}

void nj_multiply_into(float *x, const float *y, size_t count) {
    struct soft_cap_run run = {.x = x, .factors = y};
    nj_for_ranges(count, GRAIN, SERIAL_BELOW, NJ_PICK(multiply_into), &run);
}

#endif
