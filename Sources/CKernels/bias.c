// A bias over rows x [n, c]: x + bias, in place, and its gradient, the sum of the rows.
//
// That sum runs over blocks of 64 rows, then over blocks in order, so that the team's size does
// not show.
#ifndef BIAS_TYPES
#define BIAS_TYPES
#include "kernels_internal.h"

enum { BLOCK = 64 };
struct bias_run {
    const void *upstream;
    void *x;
    const float *bias;
    float *partials;  // [blocks, c]
    nj_kind kind;
    size_t rows, width;
};
#endif

#define NJ_SELF "bias.c"
#include "each_variant.h"

#ifdef NJ_PASS

#include "vector.h"

static void NJ(add_bias)(void *context, size_t from, size_t to, int thread) {
    const struct bias_run *run = context;
    const size_t c = run->width;
    (void)thread;
    for (size_t row = from; row < to; row++)
        NJ_EACH(j, n, 0, c, {
            nj_v16 x = NJ(load_some)(run->x, row * c + j, n, run->kind);
            nj_v16 sum = x + NJ(load_some)(run->bias, j, n, NJ_F32);
            NJ(store_some)(run->x, row * c + j, n, sum, run->kind);
        });
}

static void NJ(sum_rows)(void *context, size_t from, size_t to, int thread) {
    const struct bias_run *run = context;
    const size_t c = run->width;
    (void)thread;
    for (size_t block = from; block < to; block++) {
        float *partial = run->partials + block * c;
        memset(partial, 0, c * sizeof *partial);
        for (size_t row = block * BLOCK; row < nj_min(run->rows, (block + 1) * BLOCK); row++)
            NJ_EACH(j, n, 0, c, {
                nj_v16 sum = NJ(load_some)(partial, j, n, NJ_F32)
                    + NJ(load_some)(run->upstream, row * c + j, n, run->kind);
                NJ(store_some)(partial, j, n, sum, NJ_F32);
            });
    }
}

#else

void nj_add_bias(void *x, nj_kind kind, const float *bias, size_t rows, size_t width) {
    struct bias_run run = {.x = x, .bias = bias, .kind = kind, .rows = rows, .width = width};
    nj_for_ranges(rows, 1, (1 << 13) / (width + 1) + 1, NJ_PICK(add_bias), &run);
}

void nj_bias_backward(
    const void *upstream, nj_kind kind, float *bias_gradient, size_t rows, size_t width
) {
    if (rows == 0 || width == 0) return;
    size_t blocks = nj_ceil_div(rows, BLOCK);
    float *partials = nj_shared_scratch(NJ_SCRATCH_PARTIALS, blocks * width * sizeof(float));
    struct bias_run run = {
        .upstream = upstream, .partials = partials, .kind = kind, .rows = rows, .width = width};
    nj_for_ranges(blocks, 1, 0, NJ_PICK(sum_rows), &run);
    for (size_t block = 0; block < blocks; block++)
        for (size_t j = 0; j < width; j++) bias_gradient[j] += partials[block * width + j];
}

#endif
