// AdamW (Loshchilov and Hutter 2019) and SGD, all in one pass over a tensor, f32.
//
// Bound by memory: AdamW reads four arrays and writes three, once.
#ifndef OPTIMIZER_TYPES
#define OPTIMIZER_TYPES
#include "kernels_internal.h"

struct sgd_run {
    float *parameter;
    const float *gradient;
    float *momentum;
    nj_sgd_step step;
};
struct adamw_run {
    float *parameter;
    const float *gradient;
    float *first;
    float *second;
    nj_adamw_step step;
};
#endif

#define NJ_SELF "optimizer.c"
#include "each_variant.h"

#ifdef NJ_PASS

#include "vector.h"

NJ_INLINE nj_v16 NJ(square_root)(nj_v16 x) {
    return __builtin_elementwise_sqrt(x);
}

static void NJ(adamw)(void *context, size_t from, size_t to, int thread) {
    const struct adamw_run *run = context;
    const nj_adamw_step s = run->step;
    (void)thread;
    NJ_EACH(i, n, from, to, {
        nj_v16 g = NJ(load_some)(run->gradient, i, n, NJ_F32) * s.gradient_scale;
        nj_v16 m = NJ(load_some)(run->first, i, n, NJ_F32);
        nj_v16 v = NJ(load_some)(run->second, i, n, NJ_F32);
        nj_v16 p = NJ(load_some)(run->parameter, i, n, NJ_F32);
        m = s.beta1 * m + s.rest1 * g;
        v = s.beta2 * v + s.rest2 * (g * g);
        p -= s.learning_rate * s.weight_decay * p;
        nj_v16 root = NJ(square_root)(v / s.correction2) + s.epsilon;
        p -= s.learning_rate * (m / s.correction1) / root;
        NJ(store_some)(run->first, i, n, m, NJ_F32);
        NJ(store_some)(run->second, i, n, v, NJ_F32);
        NJ(store_some)(run->parameter, i, n, p, NJ_F32);
    });
}

static void NJ(sgd)(void *context, size_t from, size_t to, int thread) {
    const struct sgd_run *run = context;
    const nj_sgd_step s = run->step;
    (void)thread;
    NJ_EACH(i, n, from, to, {
        nj_v16 p = NJ(load_some)(run->parameter, i, n, NJ_F32);
        nj_v16 g = NJ(load_some)(run->gradient, i, n, NJ_F32) * s.gradient_scale
            + s.weight_decay * p;
        if (run->momentum) {
            nj_v16 b = g;
            if (!s.is_first) b = s.momentum * NJ(load_some)(run->momentum, i, n, NJ_F32) + g;
            NJ(store_some)(run->momentum, i, n, b, NJ_F32);
            g = s.nesterov ? g + s.momentum * b : b;
        }
        NJ(store_some)(run->parameter, i, n, p - s.learning_rate * g, NJ_F32);
    });
}

#else

enum { GRAIN = 1 << 10, SERIAL_BELOW = 1 << 13 };

void nj_adamw(
    float *parameter, const float *gradient, float *first, float *second, size_t count,
    const nj_adamw_step *step
) {
    struct adamw_run run = {parameter, gradient, first, second, *step};
    nj_for_ranges(count, GRAIN, SERIAL_BELOW, NJ_PICK(adamw), &run);
}

void nj_sgd(
    float *parameter, const float *gradient, float *momentum, size_t count, const nj_sgd_step *step
) {
    struct sgd_run run = {parameter, gradient, momentum, *step};
    nj_for_ranges(count, GRAIN, SERIAL_BELOW, NJ_PICK(sgd), &run);
}

#endif
