// RMSNorm (Zhang and Sennrich 2019) over pieces of c columns: y = x / rms(x) * (weight + offset),
// and its gradient. The pieces are the rows of x [n, c], or the heads of wider rows, which are
// `stride` apart and hold `groups` pieces from column `first` on; other columns are not touched.
//
// A piece is read twice, the second time from the L1 cache. Its sums run in two vectors of 16
// lanes, whatever stands beside it. The weight's gradient is summed over blocks of 64 pieces, then
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
    size_t pieces, width, stride, first, groups;
    float epsilon, offset;
};

// Where piece `index` begins in x, in elements.
static inline size_t piece_at(const struct rms_norm_run *run, size_t index) {
    return index / run->groups * run->stride + run->first + index % run->groups * run->width;
}
#endif

#define NJ_SELF "rms_norm.c"
#include "each_variant.h"

#ifdef NJ_PASS

#include "vector.h"

NJ_INLINE void NJ(rms_norm_of)(
    const struct rms_norm_run *run, size_t from, size_t to, const nj_kind kind
) {
    const size_t c = run->width;
    for (size_t piece = from; piece < to; piece++) {
        const size_t at = piece_at(run, piece);
        nj_v16 even = {0}, odd = {0};
        size_t j = 0;
        for (; j + 32 <= c; j += 32) {
            nj_v16 a = NJ(load)(run->x, at + j, kind);
            nj_v16 b = NJ(load)(run->x, at + j + 16, kind);
            even += a * a;
            odd += b * b;
        }
        for (; j < c; j += 16) {
            nj_v16 a = NJ(load_some)(run->x, at + j, nj_min(16, c - j), kind);
            even += a * a;
        }
        float inverse = 1.0f / sqrtf(NJ(sum_lanes)(even + odd) / (float)c + run->epsilon);
        run->inverse_rms[piece] = inverse;
        NJ_EACH(j, n, 0, c, {
            nj_v16 x = NJ(load_some)(run->x, at + j, n, kind);
            nj_v16 w = NJ(load_some)(run->weight, j, n, NJ_F32) + run->offset;
            NJ(store_some)(run->out, at + j, n, x * inverse * w, kind);
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

// dx = r (g - x r^2 mean(g x)) with g = upstream * (weight + offset); dw = sum over pieces of
// upstream x r.
NJ_INLINE void NJ(rms_norm_backward_of)(
    const struct rms_norm_run *run, size_t block, const nj_kind kind
) {
    const size_t c = run->width;
    float *partial = run->partials + block * c;
    memset(partial, 0, c * sizeof *partial);
    for (size_t p = block * BLOCK; p < nj_min(run->pieces, (block + 1) * BLOCK); p++) {
        const size_t at = piece_at(run, p);
        float r = run->inverse_rms_in[p];
        nj_v16 dot = {0};
        NJ_EACH(j, n, 0, c, {
            nj_v16 x = NJ(load_some)(run->x, at + j, n, kind);
            nj_v16 up = NJ(load_some)(run->upstream, at + j, n, kind);
            dot += up * (NJ(load_some)(run->weight, j, n, NJ_F32) + run->offset) * x;
            nj_v16 sum = NJ(load_some)(partial, j, n, NJ_F32) + up * (x * r);
            NJ(store_some)(partial, j, n, sum, NJ_F32);
        });
        float along = NJ(sum_lanes)(dot) * r * r / (float)c;
        NJ_EACH(j, n, 0, c, {
            nj_v16 x = NJ(load_some)(run->x, at + j, n, kind);
            nj_v16 g = NJ(load_some)(run->upstream, at + j, n, kind)
                * (NJ(load_some)(run->weight, j, n, NJ_F32) + run->offset);
            NJ(store_some)(run->out, at + j, n, r * (g - x * along), kind);
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

static struct rms_norm_run run_of(const nj_rms_norm_call *call) {
    return (struct rms_norm_run){
        .upstream = call->upstream, .x = call->x, .weight = call->weight,
        .inverse_rms_in = call->inverse_rms, .inverse_rms = call->inverse_rms, .out = call->out,
        .kind = call->kind, .pieces = call->rows * call->groups, .width = call->width,
        .stride = call->stride, .first = call->first, .groups = call->groups,
        .epsilon = call->epsilon, .offset = call->offset};
}

void nj_rms_norm(const nj_rms_norm_call *call) {
    struct rms_norm_run run = run_of(call);
    nj_for_ranges(
        run.pieces, 1, (1 << 13) / (run.width + 1) + 1, NJ_PICK(rms_norm), &run);
}

void nj_rms_norm_backward(const nj_rms_norm_call *call) {
    struct rms_norm_run run = run_of(call);
    const size_t width = run.width;
    if (run.pieces == 0 || width == 0) return;
    size_t blocks = nj_ceil_div(run.pieces, BLOCK);
    float *partials = nj_shared_scratch(NJ_SCRATCH_PARTIALS, blocks * width * sizeof(float));
    run.partials = partials;
    nj_for_ranges(blocks, 1, 0, NJ_PICK(rms_norm_backward), &run);
    for (size_t block = 1; block < blocks; block++)
        for (size_t j = 0; j < width; j++) partials[j] += partials[block * width + j];
    for (size_t j = 0; j < width; j++) call->weight_gradient[j] += partials[j];
}

#endif
