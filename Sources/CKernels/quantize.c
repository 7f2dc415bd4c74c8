// Weights of 8 bits: every row of [n, k] is integers of at most 127 times a scale of its own.
//
// Symmetric and to nearest, ties to even: scale = largest / 127, number = weight / scale. What a
// product reads then is a quarter of f32. The numbers lie in groups [k][64 rows], the scales follow
// them (`gemm.c`).
#include <math.h>

#include "kernels_internal.h"

enum { GROUP = 64 };

struct quantize_run {
    const void *weight;
    nj_kind kind;
    size_t n, k;
    int8_t *groups;
    float *scales;
};

static float weight_at(const struct quantize_run *run, size_t index) {
    if (run->kind == NJ_F32) return ((const float *)run->weight)[index];
    uint32_t bits = (uint32_t)((const uint16_t *)run->weight)[index] << 16;
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

// The scale of a row: NaN where a weight is not finite, 0 where all are 0 or nearly so.
static float row_scale(const struct quantize_run *run, size_t row) {
    float largest = 0;
    for (size_t at = 0; at < run->k; at++) {
        float size = fabsf(weight_at(run, row * run->k + at));
        if (!isfinite(size)) return NAN;
        largest = size > largest ? size : largest;
    }
    return largest / 127;
}

static void quantize_groups(void *context, size_t from, size_t to, int thread) {
    const struct quantize_run *run = context;
    (void)thread;
    for (size_t row = from * GROUP; row < to * GROUP; row++) {
        float scale = row < run->n ? row_scale(run, row) : 0;
        int8_t *out = run->groups + row / GROUP * GROUP * run->k + row % GROUP;
        for (size_t at = 0; at < run->k; at++) {
            float number = scale > 0 ? rintf(weight_at(run, row * run->k + at) / scale) : 0;
            out[at * GROUP] = (int8_t)fmaxf(-127, fminf(127, number));
        }
        run->scales[row] = scale;
    }
}

size_t nj_quantized_bytes(size_t n, size_t k) {
    return nj_round_up(n, GROUP) * (k + sizeof(float));
}

void nj_quantize(const void *weight, nj_kind kind, size_t n, size_t k, void *packed) {
    float *scales = (float *)((char *)packed + nj_round_up(n, GROUP) * k);
    struct quantize_run run = {weight, kind, n, k, packed, scales};
    nj_for_ranges(nj_ceil_div(n, GROUP), 1, 0, quantize_groups, &run);
}

struct dequantize_run {
    const int8_t *groups;
    const float *scales;
    void *out;
    nj_kind kind;
    size_t n, k;
};

enum { TILE = 16 };

static uint16_t rounded(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    if ((bits & 0x7fffffffu) > 0x7f800000u) return (uint16_t)(bits >> 16 | 0x40u);
    return (uint16_t)((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

// A group lies across its rows: it is turned a tile at a time, so that rows are written in lines.
static void dequantize_groups(void *context, size_t from, size_t to, int thread) {
    const struct dequantize_run *run = context;
    const size_t k = run->k;
    (void)thread;
    float tile[GROUP][TILE];
    for (size_t group = from; group < to; group++) {
        const float *scales = run->scales + group * GROUP;
        size_t rows = nj_min(GROUP, run->n - group * GROUP);
        for (size_t first = 0; first < k; first += TILE) {
            size_t columns = nj_min(TILE, k - first);
            for (size_t at = 0; at < columns; at++) {
                const int8_t *in = run->groups + (group * k + first + at) * GROUP;
                for (size_t row = 0; row < GROUP; row++) tile[row][at] = in[row] * scales[row];
            }
            for (size_t row = 0; row < rows; row++) {
                size_t place = (group * GROUP + row) * k + first;
                if (run->kind == NJ_F32) {
                    memcpy((float *)run->out + place, tile[row], columns * sizeof(float));
                } else {
                    uint16_t *out = (uint16_t *)run->out + place;
                    for (size_t at = 0; at < columns; at++) out[at] = rounded(tile[row][at]);
                }
            }
        }
    }
}

void nj_dequantize(const void *packed, size_t n, size_t k, void *out, nj_kind kind) {
    const float *scales = (const float *)((const char *)packed + nj_round_up(n, GROUP) * k);
    struct dequantize_run run = {packed, scales, out, kind, n, k};
    if (k) nj_for_ranges(nj_ceil_div(n, GROUP), 1, 0, dequantize_groups, &run);
}
