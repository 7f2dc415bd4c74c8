// SwiGLU (Shazeer 2020): silu(gate) * up, and its gradient.
//
// gate_up [n, 2f] holds gate, then up, in each row; out [n, f]. One pass with the sigmoid from a
// vector exponential; the gradient recomputes the sigmoid instead of keeping it.
#ifndef SWIGLU_TYPES
#define SWIGLU_TYPES
#include "kernels_internal.h"

struct swiglu_run {
    const void *upstream;
    const void *gate_up;
    void *out;
    nj_kind kind;
    size_t width;
};
#endif

#define NJ_SELF "swiglu.c"
#include "each_variant.h"

#ifdef NJ_PASS

#include "vector.h"

NJ_INLINE nj_v16 NJ(sigmoid)(nj_v16 x) { return 1.0f / (1.0f + NJ(exp)(-x)); }

NJ_INLINE void NJ(swiglu_of)(
    const struct swiglu_run *run, size_t from, size_t to, const nj_kind kind
) {
    const size_t f = run->width;
    for (size_t row = from; row < to; row++)
        NJ_EACH(j, n, 0, f, {
            nj_v16 gate = NJ(load_some)(run->gate_up, row * 2 * f + j, n, kind);
            nj_v16 up = NJ(load_some)(run->gate_up, row * 2 * f + f + j, n, kind);
            NJ(store_some)(run->out, row * f + j, n, gate * NJ(sigmoid)(gate) * up, kind);
        });
}

NJ_INLINE void NJ(swiglu_backward_of)(
    const struct swiglu_run *run, size_t from, size_t to, const nj_kind kind
) {
    const size_t f = run->width;
    for (size_t row = from; row < to; row++)
        NJ_EACH(j, n, 0, f, {
            size_t at = row * 2 * f + j;
            nj_v16 gate = NJ(load_some)(run->gate_up, at, n, kind);
            nj_v16 up = NJ(load_some)(run->gate_up, at + f, n, kind);
            nj_v16 given = NJ(load_some)(run->upstream, row * f + j, n, kind);
            nj_v16 s = NJ(sigmoid)(gate);
            nj_v16 of_gate = given * up * (s * (1.0f + gate * (1.0f - s)));
            NJ(store_some)(run->out, at, n, of_gate, kind);
            NJ(store_some)(run->out, at + f, n, given * (gate * s), kind);
        });
}

static void NJ(swiglu)(void *context, size_t from, size_t to, int thread) {
    const struct swiglu_run *run = context;
    (void)thread;
    if (run->kind == NJ_BF16)
        NJ(swiglu_of)(run, from, to, NJ_BF16);
    else
        NJ(swiglu_of)(run, from, to, NJ_F32);
}

static void NJ(swiglu_backward)(void *context, size_t from, size_t to, int thread) {
    const struct swiglu_run *run = context;
    (void)thread;
    if (run->kind == NJ_BF16)
        NJ(swiglu_backward_of)(run, from, to, NJ_BF16);
    else
        NJ(swiglu_backward_of)(run, from, to, NJ_F32);
}

#else

static size_t serial_rows(size_t width) { return (1 << 13) / (width + 1) + 1; }

void nj_swiglu(const void *gate_up, void *out, nj_kind kind, size_t rows, size_t width) {
    struct swiglu_run run = {NULL, gate_up, out, kind, width};
    nj_for_ranges(rows, 1, serial_rows(width), NJ_PICK(swiglu), &run);
}

void nj_swiglu_backward(
    const void *upstream, const void *gate_up, void *out, nj_kind kind, size_t rows, size_t width
) {
    struct swiglu_run run = {upstream, gate_up, out, kind, width};
    nj_for_ranges(rows, 1, serial_rows(width), NJ_PICK(swiglu_backward), &run);
}

#endif
