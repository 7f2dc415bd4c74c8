// Gated linear units (Shazeer 2020): activation(gate) * up, and its gradient.
//
// gate_up [n, 2f] holds gate, then up, in each row; out [n, f]. Both activations are
// x * sigmoid(z(x)): SiLU with z = x, GELU in its tanh form (Hendrycks and Gimpel 2016) with
// z = 2 sqrt(2 / pi) (x + 0.044715 x^3), since (1 + tanh u) / 2 = sigmoid(2u). One pass with the
// sigmoid from a vector exponential; the gradient recomputes it instead of keeping it.
#ifndef GLU_TYPES
#define GLU_TYPES
#include "kernels_internal.h"

enum { GLU_AHEAD = 4096 };  // bytes of bf16 asked for before they are read; f32 keeps memory busy unasked

struct glu_run {
    const void *upstream;
    const void *gate_up;
    void *out;
    nj_kind kind;
    size_t width;
    nj_activation activation;
};
#endif

#define NJ_SELF "glu.c"
#include "each_variant.h"

#ifdef NJ_PASS

#include "vector.h"

NJ_INLINE nj_v16 NJ(sigmoid)(nj_v16 x) { return 1.0f / (1.0f + NJ(exp)(-x)); }

NJ_INLINE NJ(wide) NJ(sigmoid_wide)(NJ(wide) x) { return 1.0f / (1.0f + NJ(exp_wide)(-x)); }

// z(x), and its slope.
NJ_INLINE nj_v16 NJ(inner)(nj_v16 x, const nj_activation activation) {
    return activation == NJ_SILU ? x : x * (1.59576912f + 0.0713548162f * x * x);
}

NJ_INLINE nj_v16 NJ(inner_slope)(nj_v16 x, const nj_activation activation) {
    return activation == NJ_SILU ? NJ(splat)(1) : 1.59576912f + 0.214064449f * x * x;
}

// n numbers of a row from column j on, whose sigmoids are s.
NJ_INLINE void NJ(glu_part)(
    const struct glu_run *run, size_t row, size_t j, size_t n, nj_v16 s, const nj_kind kind
) {
    const size_t f = run->width, at = row * 2 * f + j;
    nj_v16 gate = NJ(load_some)(run->gate_up, at, n, kind);
    nj_v16 up = NJ(load_some)(run->gate_up, at + f, n, kind);
    NJ(store_some)(run->out, row * f + j, n, gate * s * up, kind);
}

NJ_INLINE void NJ(glu_backward_part)(
    const struct glu_run *run, size_t row, size_t j, size_t n, nj_v16 s, const nj_kind kind,
    const nj_activation activation
) {
    const size_t f = run->width, at = row * 2 * f + j;
    nj_v16 gate = NJ(load_some)(run->gate_up, at, n, kind);
    nj_v16 up = NJ(load_some)(run->gate_up, at + f, n, kind);
    nj_v16 given = NJ(load_some)(run->upstream, row * f + j, n, kind);
    nj_v16 slope = NJ(inner_slope)(gate, activation);
    nj_v16 of_gate = given * up * (s * (1.0f + gate * slope * (1.0f - s)));
    NJ(store_some)(run->out, at, n, of_gate, kind);
    NJ(store_some)(run->out, at + f, n, given * (gate * s), kind);
}

NJ_INLINE void NJ(glu_of)(
    const struct glu_run *run, size_t from, size_t to, const nj_kind kind,
    const nj_activation activation, const bool backward
) {
    enum { PARTS = NJ(WIDE) / 16 };
#define NJ_PART(j, n, s)                                                       \
    if (backward)                                                              \
        NJ(glu_backward_part)(run, row, j, n, s, kind, activation);            \
    else                                                                       \
        NJ(glu_part)(run, row, j, n, s, kind)
    for (size_t row = from; row < to; row++) {
        const size_t first = row * 2 * run->width, bytes = nj_kind_bytes(kind);
        size_t whole = 0;
        for (; whole + NJ(WIDE) <= run->width; whole += NJ(WIDE)) {
            const char *gate = (const char *)run->gate_up + (first + whole) * bytes + GLU_AHEAD;
            for (size_t at = 0; kind == NJ_BF16 && at < NJ(WIDE) * bytes; at += 64) {
                __builtin_prefetch(gate + at);
                __builtin_prefetch(gate + run->width * bytes + at);
                if (backward)
                    __builtin_prefetch(
                        (const char *)run->upstream + (row * run->width + whole) * bytes + at
                        + GLU_AHEAD);
            }
            NJ(wide) sigmoids;
            nj_v16 s[PARTS];
            for (size_t p = 0; p < PARTS; p++)
                s[p] = NJ(inner)(
                    NJ(load)(run->gate_up, first + whole + p * 16, kind), activation);
            __builtin_memcpy(&sigmoids, s, sizeof s);
            sigmoids = NJ(sigmoid_wide)(sigmoids);
            __builtin_memcpy(s, &sigmoids, sizeof s);
            for (size_t p = 0; p < PARTS; p++) {
                NJ_PART(whole + p * 16, 16, s[p]);
            }
        }
        NJ_EACH(j, n, whole, run->width, {
            nj_v16 gate = NJ(load_some)(run->gate_up, first + j, n, kind);
            nj_v16 s = NJ(sigmoid)(NJ(inner)(gate, activation));
            NJ_PART(j, n, s);
        });
    }
#undef NJ_PART
}

#define NJ_GLU(name, backward)                                              \
    static void NJ(name)(void *context, size_t from, size_t to, int thread) { \
        const struct glu_run *run = context;                                \
        (void)thread;                                                       \
        if (run->activation == NJ_SILU && run->kind == NJ_BF16)             \
            NJ(glu_of)(run, from, to, NJ_BF16, NJ_SILU, backward);          \
        else if (run->activation == NJ_SILU)                                \
            NJ(glu_of)(run, from, to, NJ_F32, NJ_SILU, backward);           \
        else if (run->kind == NJ_BF16)                                      \
            NJ(glu_of)(run, from, to, NJ_BF16, NJ_GELU_TANH, backward);     \
        else                                                                \
            NJ(glu_of)(run, from, to, NJ_F32, NJ_GELU_TANH, backward);      \
    }
NJ_GLU(glu, false)
NJ_GLU(glu_backward, true)
#undef NJ_GLU

#else

static size_t serial_rows(size_t width) { return (1 << 13) / (width + 1) + 1; }

void nj_glu(
    const void *gate_up, void *out, nj_kind kind, size_t rows, size_t width,
    nj_activation activation
) {
    struct glu_run run = {NULL, gate_up, out, kind, width, activation};
    nj_for_ranges(rows, 1, serial_rows(width), NJ_PICK(glu), &run);
}

void nj_glu_backward(
    const void *upstream, const void *gate_up, void *out, nj_kind kind, size_t rows, size_t width,
    nj_activation activation
) {
    struct glu_run run = {upstream, gate_up, out, kind, width, activation};
    nj_for_ranges(rows, 1, serial_rows(width), NJ_PICK(glu_backward), &run);
}

#endif
