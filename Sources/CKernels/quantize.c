// Matrices of 8 bits: every row is integers of at most 127 times a scale of its own.
//
// Symmetric and to nearest, ties to even: scale = largest / 127, number = x / scale. A weight [n, k]
// is rounded once and arranged for products, whose rows of a are rounded as they come (`gemm.c`): what
// is read of a weight then is a quarter of f32, and where the machine multiplies bytes four of them
// take the time of one f32. PyTorch's dynamic quantization and llama.cpp's Q8_0 round both sides too.
//
// A weight lies in panels of 16 rows [k / 4][16][4]: four neighbours of k in the place of a float. The
// scales of the rows follow, then, for every SUM of k and every row, minus 128 times the sum of the
// integers: what a product of bytes begins with, whose instruction takes a's integers with 128 added.
#include <math.h>

#include "kernels_internal.h"
#include "quantize.h"

struct quantize_run {
    const void *weight;
    nj_kind kind;
    size_t n, k;
    struct nj_quantized to;
};

static float number_at(const void *numbers, nj_kind kind, size_t index) {
    if (kind == NJ_F32) return ((const float *)numbers)[index];
    uint32_t bits = (uint32_t)((const uint16_t *)numbers)[index] << 16;
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

// The scale of a row: NaN where a weight is not finite, 0 where all are 0 or nearly so.
static float row_scale(const struct quantize_run *run, size_t row) {
    float largest = 0;
    for (size_t at = 0; at < run->k; at++) {
        float size = fabsf(number_at(run->weight, run->kind, row * run->k + at));
        if (!isfinite(size)) return NAN;
        largest = size > largest ? size : largest;
    }
    return largest / 127;
}

static void quantize_panels(void *context, size_t from, size_t to, int thread) {
    const struct quantize_run *run = context;
    const size_t k = run->k, padded = nj_round_up(run->n, 16);
    (void)thread;
    for (size_t row = from * 16; row < to * 16; row++) {
        float scale = row < run->n ? row_scale(run, row) : 0;
        int8_t *out = run->to.integers + row / 16 * 16 * nj_round_up(k, 4) + row % 16 * 4;
        int32_t sum = 0;
        for (size_t at = 0; at < k; at++) {
            float number
                = scale > 0 ? rintf(number_at(run->weight, run->kind, row * k + at) / scale) : 0;
            int8_t integer = (int8_t)fmaxf(-127, fminf(127, number));
            out[at / 4 * 64 + at % 4] = integer;
            sum += integer;
            if ((at + 1) % NJ_INTEGER_SUM != 0 && at + 1 < k) continue;
            run->to.offsets[at / NJ_INTEGER_SUM * padded + row] = -128 * sum;
            sum = 0;
        }
        for (size_t at = k; at % 4 != 0; at++) out[at / 4 * 64 + at % 4] = 0;
        run->to.scales[row] = scale;
    }
}

struct nj_quantized nj_quantized_parts(const void *packed, size_t n, size_t k) {
    size_t rows = nj_round_up(n, 16);
    char *bytes = (char *)packed;
    float *scales = (float *)(bytes + rows * nj_round_up(k, 4));
    return (struct nj_quantized){(int8_t *)bytes, scales, (int32_t *)(scales + rows)};
}

size_t nj_quantized_bytes(size_t n, size_t k) {
    size_t sums = nj_ceil_div(k, NJ_INTEGER_SUM);
    return nj_round_up(n, 16)
        * (nj_round_up(k, 4) + sizeof(float) + sums * sizeof(int32_t));
}

void nj_quantize(const void *weight, nj_kind kind, size_t n, size_t k, void *packed) {
    struct quantize_run run = {weight, kind, n, k, nj_quantized_parts(packed, n, k)};
    nj_for_ranges(nj_ceil_div(n, 16), 1, 0, quantize_panels, &run);
}

struct dequantize_run {
    struct nj_quantized from;
    void *out;
    nj_kind kind;
    size_t n, k;
};

// Four neighbours of a row, times its scale, to element `place`.
static void write_quad(
    const struct dequantize_run *run, const int8_t *integers, float scale, size_t place, size_t count
) {
    typedef int8_t quad __attribute__((vector_size(4)));
    typedef uint32_t bits __attribute__((vector_size(16)));
    typedef uint16_t halves __attribute__((vector_size(8)));
    quad q;
    memcpy(&q, integers, sizeof q);
    nj_v4 x = __builtin_convertvector(q, nj_v4) * scale;
    if (run->kind == NJ_F32) {
        memcpy((float *)run->out + place, &x, count * sizeof(float));
        return;
    }
    bits b = (bits)x;
    bits rounded = (b + 0x7fffu + (b >> 16 & 1u)) >> 16;
    bits is_nan = (bits)(x != x);
    halves h = __builtin_convertvector((rounded & ~is_nan) | (0x7fc0u & is_nan), halves);
    memcpy((uint16_t *)run->out + place, &h, count * sizeof(uint16_t));
}

// A panel lies across its rows: a line of each at a time, so that rows are written in lines.
static void dequantize_panels(void *context, size_t from, size_t to, int thread) {
    enum { LINE = 32 };
    const struct dequantize_run *run = context;
    const size_t k = run->k;
    (void)thread;
    for (size_t panel = from; panel < to; panel++) {
        const int8_t *in = run->from.integers + panel * 16 * nj_round_up(k, 4);
        size_t rows = nj_min(16, run->n - panel * 16);
        for (size_t first = 0; first < k; first += LINE)
            for (size_t row = 0; row < rows; row++) {
                const float scale = run->from.scales[panel * 16 + row];
                size_t place = (panel * 16 + row) * k, end = nj_min(first + LINE, k), at = first;
                for (; at + 4 <= end; at += 4)
                    write_quad(run, in + at * 16 + row * 4, scale, place + at, 4);
                if (at < end) write_quad(run, in + at * 16 + row * 4, scale, place + at, end - at);
            }
    }
}

void nj_dequantize(const void *packed, size_t n, size_t k, void *out, nj_kind kind) {
    struct dequantize_run run = {nj_quantized_parts(packed, n, k), out, kind, n, k};
    if (k) nj_for_ranges(nj_ceil_div(n, 16), 1, 0, dequantize_panels, &run);
}
