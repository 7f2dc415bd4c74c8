// Cross-entropy of rows of logits [n, v], f32, and its gradient in place.
//
// Each row: the largest logit, then the exponentials written over the row while they are summed
// in two vectors of 16 lanes, then (where the gradient is wanted) one scaling pass. Rows of
// weight 0 cost nothing and get a gradient of 0.
#ifndef CROSS_ENTROPY_TYPES
#define CROSS_ENTROPY_TYPES
#include <math.h>

#include "kernels_internal.h"

struct cross_entropy_run {
    float *logits;
    const int32_t *targets;
    const float *weights;
    float *losses;
    double normalizer;
    size_t vocabulary;
    int wants_gradient;
};
#endif

#define NJ_SELF "cross_entropy.c"
#include "each_variant.h"

#ifdef NJ_PASS

#include "vector.h"

static void NJ(cross_entropy_row)(const struct cross_entropy_run *run, size_t row) {
    const size_t v = run->vocabulary;
    float *logits = run->logits + row * v;
    float weight = run->weights[row];
    if (weight == 0) {
        run->losses[row] = 0;
        if (run->wants_gradient) memset(logits, 0, v * sizeof *logits);
        return;
    }
    nj_v16 top = NJ(splat)(-INFINITY);
    size_t whole = v / 16 * 16;
    for (size_t j = 0; j < whole; j += 16) top = NJ(max)(NJ(load_f32)(logits + j), top);
    float most = NJ(max_lanes)(top);
    for (size_t j = whole; j < v; j++) most = logits[j] > most ? logits[j] : most;

    float target = logits[run->targets[row]];
    nj_v16 sums[2] = {{0}, {0}};
    for (size_t j = 0; j < whole; j += 16) {
        nj_v16 e = NJ(exp)(NJ(load_f32)(logits + j) - most);
        NJ(store_f32)(logits + j, e);
        sums[j / 16 % 2] += e;
    }
    if (whole < v) {
        size_t n = v - whole;
        nj_v16 e = NJ(exp)(NJ(load_some)(logits, whole, n, NJ_F32) - most);
        NJ(store_some)(logits, whole, n, e, NJ_F32);
        sums[whole / 16 % 2] += NJ(load_some)(logits, whole, n, NJ_F32);
    }
    float sum = NJ(sum_lanes)(sums[0] + sums[1]);
    run->losses[row] = logf(sum) + (most - target);
    if (!run->wants_gradient) return;

    double share = weight / run->normalizer;
    float factor = (float)(share / sum);
    NJ_EACH(j, n, 0, v, {
        NJ(store_some)(logits, j, n, NJ(load_some)(logits, j, n, NJ_F32) * factor, NJ_F32);
    });
    // The target's own entry from its loss, where p - 1 would cancel: 1 - p = -expm1(-nll).
    logits[run->targets[row]] = (float)(share * expm1(-(double)run->losses[row]));
}

static void NJ(cross_entropy)(void *context, size_t from, size_t to, int thread) {
    (void)thread;
    for (size_t row = from; row < to; row++) NJ(cross_entropy_row)(context, row);
}

#else

void nj_cross_entropy(
    float *logits, const int32_t *targets, const float *weights, double normalizer, float *losses,
    size_t rows, size_t vocabulary, int wants_gradient
) {
    struct cross_entropy_run run = {
        logits, targets, weights, losses, normalizer, vocabulary, wants_gradient};
    nj_for_ranges(rows, 1, (1 << 13) / (vocabulary + 1) + 1, NJ_PICK(cross_entropy), &run);
}

#endif
