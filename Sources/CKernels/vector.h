// Loads, stores, reductions and the exponential over 16 lanes, once per instruction set.
//
// Included inside a pass of `each_variant.h`, hence without an include guard of its own.

NJ_INLINE nj_v16 NJ(splat)(float x) {
    return (nj_v16){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x};
}

NJ_INLINE nj_v16 NJ(load_f32)(const float *p) {
    nj_v16 v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
}

NJ_INLINE void NJ(store_f32)(float *p, nj_v16 v) { __builtin_memcpy(p, &v, sizeof v); }

NJ_INLINE nj_v16 NJ(load_bf16)(const uint16_t *p) {
    nj_h16 h;
    __builtin_memcpy(&h, p, sizeof h);
    return (nj_v16)(__builtin_convertvector(h, nj_u16) << 16);
}

// Rounds to nearest, ties to even; a NaN stays a NaN, made quiet. The machine's instruction does the same
// in one go, but takes numbers below 2^-126 for zero.
NJ_INLINE nj_h16 NJ(round_bf16)(nj_v16 v) {
#if NJ_MULTIPLIES_BF16
    enum { SUBNORMAL = 0x20 };
    if (__builtin_expect(!_mm512_fpclass_ps_mask((__m512)v, SUBNORMAL), true))
        return (nj_h16)_mm512_cvtneps_pbh((__m512)v);
#endif
    nj_u16 bits = (nj_u16)v;
    nj_u16 rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
    nj_u16 quiet = (bits >> 16) | 0x40u;
    nj_u16 is_nan = (nj_u16)((bits & 0x7fffffffu) > 0x7f800000u);
    return __builtin_convertvector((rounded & ~is_nan) | (quiet & is_nan), nj_h16);
}

// The i-th numbers of two vectors of bf16 as the i-th pair.
NJ_INLINE nj_v16 NJ(pair_up)(nj_h16 first, nj_h16 second) {
    return (nj_v16)__builtin_shufflevector(first, second,
        0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23,
        8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

NJ_INLINE void NJ(store_bf16)(uint16_t *p, nj_v16 v) {
    nj_h16 h = NJ(round_bf16)(v);
    __builtin_memcpy(p, &h, sizeof h);
}

NJ_INLINE nj_v16 NJ(load)(const void *base, size_t index, nj_kind kind) {
    return kind == NJ_BF16 ? NJ(load_bf16)((const uint16_t *)base + index)
                           : NJ(load_f32)((const float *)base + index);
}

NJ_INLINE void NJ(store)(void *base, size_t index, nj_v16 v, nj_kind kind) {
    if (kind == NJ_BF16)
        NJ(store_bf16)((uint16_t *)base + index, v);
    else
        NJ(store_f32)((float *)base + index, v);
}

// The first `count` lanes (1...16) from memory, zeros in the others.
NJ_INLINE nj_v16 NJ(load_some)(const void *base, size_t index, size_t count, nj_kind kind) {
    if (count >= NJ_LANES) return NJ(load)(base, index, kind);
    if (kind == NJ_BF16) {
        uint16_t part[NJ_LANES] = {0};
        __builtin_memcpy(part, (const uint16_t *)base + index, count * sizeof *part);
        return NJ(load_bf16)(part);
    }
    float part[NJ_LANES] = {0};
    __builtin_memcpy(part, (const float *)base + index, count * sizeof *part);
    return NJ(load_f32)(part);
}

NJ_INLINE void NJ(store_some)(void *base, size_t index, size_t count, nj_v16 v, nj_kind kind) {
    if (count >= NJ_LANES) {
        NJ(store)(base, index, v, kind);
    } else if (kind == NJ_BF16) {
        uint16_t part[NJ_LANES];
        NJ(store_bf16)(part, v);
        __builtin_memcpy((uint16_t *)base + index, part, count * sizeof *part);
    } else {
        float part[NJ_LANES];
        NJ(store_f32)(part, v);
        __builtin_memcpy((float *)base + index, part, count * sizeof *part);
    }
}

// One machine register of floats, for the loops where the compiler's own splitting of 16 lanes into
// registers spills.
typedef float NJ(reg) __attribute__((vector_size(NJ_REGISTER_LANES * 4)));

NJ_INLINE NJ(reg) NJ(load_reg)(const void *base, size_t index, nj_kind kind) {
    NJ(reg) v;
    if (kind == NJ_BF16) {
        typedef uint16_t half __attribute__((vector_size(NJ_REGISTER_LANES * 2)));
        typedef uint32_t bits __attribute__((vector_size(NJ_REGISTER_LANES * 4)));
        half h;
        __builtin_memcpy(&h, (const uint16_t *)base + index, sizeof h);
        return (NJ(reg))(__builtin_convertvector(h, bits) << 16);
    }
    __builtin_memcpy(&v, (const float *)base + index, sizeof v);
    return v;
}

// sum + a * b, where `each` numbers lie in the place of a float: one f32, two bf16 or four integers, of
// a without and of b with a sign, whose sum is an integer of 32 bits. The instruction for bf16 takes
// numbers below 2^-126 for zero.
NJ_INLINE NJ(reg) NJ(multiply_add)(NJ(reg) sum, float a, NJ(reg) b, const int each) {
#if NJ_MULTIPLIES_BF16
    if (each == 2)
        return (NJ(reg))_mm512_dpbf16_ps(
            (__m512)sum, (__m512bh)_mm512_set1_ps(a), (__m512bh)b);
#endif
#if NJ_MULTIPLIES_I8
    if (each == 4)
        return (NJ(reg))_mm512_dpbusd_epi32(
            (__m512i)sum, (__m512i)_mm512_set1_ps(a), (__m512i)b);
#endif
    return sum + a * b;
}

// Sums of integers as f32.
NJ_INLINE NJ(reg) NJ(from_integers)(NJ(reg) sum) {
    typedef int32_t whole __attribute__((vector_size(NJ_REGISTER_LANES * 4)));
    return __builtin_convertvector((whole)sum, NJ(reg));
}

// Of a register's columns of a quantized panel integer `at`, where four of each column lie together.
NJ_INLINE NJ(reg) NJ(load_integers)(const int8_t *panel, size_t at, size_t column) {
    typedef int32_t whole __attribute__((vector_size(NJ_REGISTER_LANES * 4)));
    whole quads;
    __builtin_memcpy(&quads, panel + at / 4 * 64 + column * 4, sizeof quads);
    return __builtin_convertvector((quads << (int)(24 - at % 4 * 8)) >> 24, NJ(reg));
}

// Two vectors rounded at once to be multiplied as bf16, side by side: the first's numbers, then the
// second's; those below 2^-126 may become zero.
NJ_INLINE nj_h32 NJ(round_both)(nj_v16 first, nj_v16 second) {
#if NJ_MULTIPLIES_BF16
    return (nj_h32)_mm512_cvtne2ps_pbh((__m512)second, (__m512)first);
#else
    return __builtin_shufflevector(NJ(round_bf16)(first), NJ(round_bf16)(second),
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31);
#endif
}

// Runs the body for every `i` from `from` in steps of 16, with `n` the lanes that exist: 16, known
// when compiled, except at the end.
#ifndef NJ_EACH
#define NJ_EACH(i, n, from, to, ...)                                        \
    do {                                                                    \
        size_t i = (from);                                                  \
        for (const size_t n = 16; i + 16 <= (to); i += 16) __VA_ARGS__      \
        if (i < (to)) {                                                     \
            size_t n = (to) - i;                                            \
            __VA_ARGS__                                                     \
        }                                                                   \
    } while (0)
#endif

NJ_INLINE nj_v16 NJ(select)(nj_i16 mask, nj_v16 yes, nj_v16 no) {
    return (nj_v16)((mask & (nj_i16)yes) | (~mask & (nj_i16)no));
}

NJ_INLINE nj_v16 NJ(max)(nj_v16 a, nj_v16 b) { return NJ(select)(a > b, a, b); }
NJ_INLINE nj_v16 NJ(min)(nj_v16 a, nj_v16 b) { return NJ(select)(a < b, a, b); }

// Lanes i and i + 8, then i + 4, i + 2, i + 1: one order for every sum.
NJ_INLINE float NJ(sum_lanes)(nj_v16 v) {
    nj_v8 h = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7)
        + __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
    nj_v4 q = __builtin_shufflevector(h, h, 0, 1, 2, 3)
        + __builtin_shufflevector(h, h, 4, 5, 6, 7);
    return (q[0] + q[2]) + (q[1] + q[3]);
}

NJ_INLINE float NJ(max_lanes)(nj_v16 v) {
    nj_v16 h = NJ(max)(v, __builtin_shufflevector(
        v, v, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15));
    nj_v16 q = NJ(max)(h, __builtin_shufflevector(
        h, h, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7));
    float a = q[0] > q[2] ? q[0] : q[2], b = q[1] > q[3] ? q[1] : q[3];
    return a > b ? a : b;
}

// Four registers of floats: a step that waits for the one before it leaves a processor's units idle,
// unless it is taken for four at once.
enum { NJ(WIDE) = 4 * NJ_REGISTER_LANES };
typedef float NJ(wide) __attribute__((vector_size(NJ(WIDE) * 4)));
typedef int32_t NJ(wide_whole) __attribute__((vector_size(NJ(WIDE) * 4)));

// e^x for x <= 88.3 to about 1e-7 relative: x = n ln 2 + r, |r| <= ln 2 / 2, a polynomial of degree 6 in r
// (within 4e-9), and n added to the exponent's bits. Below -86.6 the result is 0; e^0 is exactly 1, a NaN
// stays one. Adding `magic`, 1.5 * 2^23, rounds to an integer.
#define NJ_EXP_BELOW(name, floats, ints)                                                     \
    NJ_INLINE floats NJ(name)(floats x) {                                                    \
        const float magic = 12582912.0f;                                                     \
        floats shifted = x * 1.44269504f + magic;                                            \
        floats n = shifted - magic;                                                          \
        floats r = x - n * 0.693359375f;                                                     \
        r = r - n * -2.12194440e-4f;                                                         \
        floats p = r * 1.381461276e-3f + 8.368710056e-3f;                                    \
        p = p * r + 4.166838899e-2f;                                                         \
        p = p * r + 1.666652113e-1f;                                                         \
        p = p * r + 4.999999404e-1f;                                                         \
        p = p * (r * r) + r + 1.0f;                                                          \
        return (floats)(~(x < -86.6f) & ((ints)p + ((ints)shifted << 23)));                  \
    }
NJ_EXP_BELOW(exp_below, nj_v16, nj_i16)
NJ_EXP_BELOW(exp_below_wide, NJ(wide), NJ(wide_whole))
#undef NJ_EXP_BELOW

// The same for any x: above 88.3 the result stays at e^88.3.
NJ_INLINE nj_v16 NJ(exp)(nj_v16 x) {
    return NJ(exp_below)(NJ(select)(x > 88.3f, NJ(splat)(88.3f), x));
}

NJ_INLINE NJ(wide) NJ(exp_wide)(NJ(wide) x) {
    const NJ(wide) most = (NJ(wide)){0} + 88.3f;
    NJ(wide_whole) high = x > most;
    return NJ(exp_below_wide)(
        (NJ(wide))((high & (NJ(wide_whole))most) | (~high & (NJ(wide_whole))x)));
}

// 2^x for x <= 127, for what is rounded to bf16: a polynomial of degree 4 (within 4e-6) in what x is above
// or below a whole number. Below -125 the result is 0; 2^0 is exactly 1, a NaN stays one.
NJ_INLINE NJ(wide) NJ(exp2_for_bf16)(NJ(wide) x) {
    const float magic = 12582912.0f;
    NJ(wide) shifted = x + magic;
    NJ(wide) f = x - (shifted - magic);
    NJ(wide) p = f * 9.782912638e-3f + 5.597688363e-2f;
    p = p * f + 2.402071108e-1f;
    p = p * f + 6.931136044e-1f;
    p = p * f + 1.0f;
    return (NJ(wide))(~(x < -125.0f) & ((NJ(wide_whole))p + ((NJ(wide_whole))shifted << 23)));
}

// tanh x to about 1e-7 relative: by the exponential, and near 0, where that cancels, by a
// polynomial (the coefficients are those of Cephes).
NJ_INLINE nj_v16 NJ(tanh)(nj_v16 x) {
    nj_v16 z = x * x;
    nj_v16 p = z * -5.70498872745e-3f + 2.06390887954e-2f;
    p = p * z + -5.37397155531e-2f;
    p = p * z + 1.33314422036e-1f;
    p = p * z + -3.33332819422e-1f;
    nj_v16 near = p * z * x + x;
    nj_v16 far = 1.0f - 2.0f / (NJ(exp)(x + x) + 1.0f);
    return NJ(select)(z < 0.625f * 0.625f, near, far);
}

NJ_INLINE nj_v8 NJ(load8)(const void *base, size_t index, nj_kind kind) {
    if (kind == NJ_BF16) {
        nj_h8 h;
        __builtin_memcpy(&h, (const uint16_t *)base + index, sizeof h);
        return (nj_v8)(__builtin_convertvector(h, nj_u8) << 16);
    }
    nj_v8 v;
    __builtin_memcpy(&v, (const float *)base + index, sizeof v);
    return v;
}

NJ_INLINE float NJ(load1)(const void *base, size_t index, nj_kind kind) {
    if (kind == NJ_BF16) {
        uint32_t bits = (uint32_t)((const uint16_t *)base)[index] << 16;
        float x;
        __builtin_memcpy(&x, &bits, sizeof x);
        return x;
    }
    return ((const float *)base)[index];
}

#define NJ_SHUFFLE __builtin_shufflevector
// r[i][j] becomes r[j][i]: rows i and i + 4 are interleaved three times.
NJ_INLINE void NJ(transpose8_h)(nj_h8 r[8]) {
    for (int round = 0; round < 3; round++) {
        nj_h8 t[8];
        for (int i = 0; i < 4; i++) {
            t[2 * i] = NJ_SHUFFLE(r[i], r[i + 4], 0, 8, 1, 9, 2, 10, 3, 11);
            t[2 * i + 1] = NJ_SHUFFLE(r[i], r[i + 4], 4, 12, 5, 13, 6, 14, 7, 15);
        }
        __builtin_memcpy(r, t, sizeof t);
    }
}

// r[i][j] becomes r[j][i].
NJ_INLINE void NJ(transpose8)(nj_v8 r[8]) {
    nj_v8 t[8], u[8];
    for (int i = 0; i < 4; i++) {
        t[2 * i] = NJ_SHUFFLE(r[2 * i], r[2 * i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
        t[2 * i + 1] = NJ_SHUFFLE(r[2 * i], r[2 * i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
    for (int i = 0; i < 8; i += 4) {
        u[i] = NJ_SHUFFLE(t[i], t[i + 2], 0, 1, 8, 9, 4, 5, 12, 13);
        u[i + 1] = NJ_SHUFFLE(t[i], t[i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        u[i + 2] = NJ_SHUFFLE(t[i + 1], t[i + 3], 0, 1, 8, 9, 4, 5, 12, 13);
        u[i + 3] = NJ_SHUFFLE(t[i + 1], t[i + 3], 2, 3, 10, 11, 6, 7, 14, 15);
    }
    for (int i = 0; i < 4; i++) {
        r[i] = NJ_SHUFFLE(u[i], u[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        r[i + 4] = NJ_SHUFFLE(u[i], u[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
}
#undef NJ_SHUFFLE
