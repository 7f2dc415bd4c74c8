// RMSNorm (Zhang and Sennrich 2019) over rows x [n, c]: y = x / rms(x) * weight, and its gradient.
//
// A row is read twice, the second time from the L1 cache. Sums of a row run in two vectors of 16
// lanes, whatever stands beside it. The weight's gradient is summed over blocks of 64 rows, then
// over blocks in order, so that the team's size does not show.
#ifndef RMS_NORM_TYPES
#define RMS_NORM_TYPES
#include <math.h>

#include "kernels_internal.h"

enum { BLOCK = 64 };
struct rms_norm_run {
    const void *upstream;
    const void *x;
    const float *weight;
    const float *inverse_rms_in;
    void *out;
    float *inverse_rms;
    float *partials;  // [blocks, c]
    nj_kind kind;
    size_t rows, width;
    float epsilon;
};
#endif

#define NJ_SELF "rms_norm.c"
#include "each_variant.h"

#ifdef NJ_PASS

#include "vector.h"

NJ_INLINE void NJ(rms_norm_of)(
    const struct rms_norm_run *run, size_t from, size_t to, const nj_kind kind
) {
    const size_t c = run->width;
    for (size_t row = from; row < to; row++) {
        nj_v16 even = {0}, odd = {0};
        size_t j = 0;
        for (; j + 32 <= c; j += 32) {
            nj_v16 a = NJ(load)(run->x, row * c + j, kind);
            nj_v16 b = NJ(load)(run->x, row * c + j + 16, kind);
            even += a * a;
            odd += b * b;
        }
        for (; j < c; j += 16) {
            nj_v16 a = NJ(load_some)(run->x, row * c + j, nj_min(16, c - j), kind);
            even += a * a;
        }
        float inverse = 1.0f / sqrtf(NJ(sum_lanes)(even + odd) / (float)c + run->epsilon);
        run->inverse_rms[row] = inverse;
        NJ_EACH(j, n, 0, c, {
            nj_v16 x = NJ(load_some)(run->x, row * c + j, n, kind);
            nj_v16 w = NJ(load_some)(run->weight, j, n, NJ_F32);
            NJ(store_some)(run->out, row * c + j, n, x * inverse * w, kind);
        });
    }
}

static void NJ(rms_norm)(void *context, size_t from, size_t to, int thread) {
    const struct rms_norm_run *run = context;
    (void)thread;
    if (run->kind == NJ_BF16)
        NJ(rms_norm_of)(run, from, to, NJ_BF16);
    else
        NJ(rms_norm_of)(run, from, to, NJ_F32);
}

// dx = r (g - x r^2 mean(g x)) with g = upstream * weight; dw = sum over rows of upstream x r.
NJ_INLINE void NJ(rms_norm_backward_of)(
    const struct rms_norm_run *run, size_t block, const nj_kind kind
) {
    const size_t c = run->width;
    float *partial = run->partials + block * c;
    memset(partial, 0, c * sizeof *partial);
    for (size_t row = block * BLOCK; row < nj_min(run->rows, (block + 1) * BLOCK); row++) {
        float r = run->inverse_rms_in[row];
        nj_v16 dot = {0};
        NJ_EACH(j, n, 0, c, {
            nj_v16 x = NJ(load_some)(run->x, row * c + j, n, kind);
            nj_v16 up = NJ(load_some)(run->upstream, row * c + j, n, kind);
            dot += up * NJ(load_some)(run->weight, j, n, NJ_F32) * x;
            nj_v16 sum = NJ(load_some)(partial, j, n, NJ_F32) + up * (x * r);
            NJ(store_some)(partial, j, n, sum, NJ_F32);
        });
        float along = NJ(sum_lanes)(dot) * r * r / (float)c;
        NJ_EACH(j, n, 0, c, {
            nj_v16 x = NJ(load_some)(run->x, row * c + j, n, kind);
            nj_v16 g = NJ(load_some)(run->upstream, row * c + j, n, kind)
                * NJ(load_some)(run->weight, j, n, NJ_F32);
            NJ(store_some)(run->out, row * c + j, n, r * (g - x * along), kind);
        });
    }
}

static void NJ(rms_norm_backward)(void *context, size_t from, size_t to, int thread) {
    const struct rms_norm_run *run = context;
    (void)thread;
    for (size_t block = from; block < to; block++)
        if (run->kind == NJ_BF16)
            NJ(rms_norm_backward_of)(run, block, NJ_BF16);
        else
            NJ(rms_norm_backward_of)(run, block, NJ_F32);
}

#else

void nj_rms_norm(
    const void *x, nj_kind kind, const float *weight, float epsilon, void *y, float *inverse_rms,
    size_t rows, size_t width
) {
    struct rms_norm_run run = {
        .x = x, .weight = weight, .out = y, .inverse_rms = inverse_rms, .kind = kind,
        .rows = rows, .width = width, .epsilon = epsilon};
    nj_for_ranges(rows, 1, (1 << 13) / (width + 1) + 1, NJ_PICK(rms_norm), &run);
}

void nj_rms_norm_backward(
    const void *upstream, const void *x, nj_kind kind, const float *weight,
    const float *inverse_rms, void *x_gradient, float *weight_gradient, size_t rows, size_t width
) {
    if (rows == 0 || width == 0) return;
    size_t blocks = nj_ceil_div(rows, BLOCK);
    float *partials = nj_shared_scratch(NJ_SCRATCH_PARTIALS, blocks * width * sizeof(float));
    struct rms_norm_run run = {
        .upstream = upstream, .x = x, .weight = weight, .inverse_rms_in = inverse_rms,
        .out = x_gradient, .partials = partials, .kind = kind, .rows = rows, .width = width};
    nj_for_ranges(blocks, 1, 0, NJ_PICK(rms_norm_backward), &run);
    for (size_t block = 1; block < blocks; block++)
        for (size_t j = 0; j < width; j++) partials[j] += partials[block * width + j];
    for (size_t j = 0; j < width; j++) weight_gradient[j] += partials[j];
}

#endif
