// Filling, copying and converting between element kinds; bf16 rounds to nearest, ties to even.
//
// Bound by memory: one pass, cut over the team from 16 Ki elements on.
#ifndef CONVERT_TYPES
#define CONVERT_TYPES
#include "kernels_internal.h"

struct convert_run {
    const void *from;
    void *to;
    nj_kind from_kind, to_kind;
    float value;
};
#endif

#define NJ_SELF "convert.c"
#include "each_variant.h"

#ifdef NJ_PASS

#include "vector.h"

NJ_INLINE void NJ(convert_of)(
    const struct convert_run *run, size_t from, size_t to, const nj_kind in, const nj_kind out
) {
    NJ_EACH(i, n, from, to, {
        NJ(store_some)(run->to, i, n, NJ(load_some)(run->from, i, n, in), out);
    });
}

static void NJ(convert)(void *context, size_t from, size_t to, int thread) {
    const struct convert_run *run = context;
    (void)thread;
    if (run->from_kind == NJ_BF16)
        NJ(convert_of)(run, from, to, NJ_BF16, NJ_F32);
    else
        NJ(convert_of)(run, from, to, NJ_F32, NJ_BF16);
}

static void NJ(fill)(void *context, size_t from, size_t to, int thread) {
    const struct convert_run *run = context;
    (void)thread;
    nj_v16 value = NJ(splat)(run->value);
    NJ_EACH(i, n, from, to, { NJ(store_some)(run->to, i, n, value, run->to_kind); });
}

#else

enum { GRAIN = 1 << 10, SERIAL_BELOW = 1 << 14 };

void nj_fill(void *to, nj_kind kind, size_t count, float value) {
    if (kind == NJ_I32) {
        for (size_t i = 0; i < count; i++) ((int32_t *)to)[i] = (int32_t)value;
    } else if (kind == NJ_F64) {
        for (size_t i = 0; i < count; i++) ((double *)to)[i] = value;
    } else {
        struct convert_run run = {.to = to, .to_kind = kind, .value = value};
        nj_for_ranges(count, GRAIN, SERIAL_BELOW, NJ_PICK(fill), &run);
    }
}

static void copy_bytes(void *context, size_t from, size_t to, int thread) {
    const struct convert_run *run = context;
    (void)thread;
    memcpy((char *)run->to + from, (const char *)run->from + from, to - from);
}

void nj_copy(const void *from, void *to, size_t bytes) {
    struct convert_run run = {.from = from, .to = to};
    nj_for_ranges(bytes, 1 << 12, 1 << 16, copy_bytes, &run);
}

static double element(const void *base, nj_kind kind, size_t i) {
    switch (kind) {
    case NJ_F32: return ((const float *)base)[i];
    case NJ_I32: return ((const int32_t *)base)[i];
    case NJ_F64: return ((const double *)base)[i];
    case NJ_BF16: {
        uint32_t bits = (uint32_t)((const uint16_t *)base)[i] << 16;
        float x;
        memcpy(&x, &bits, sizeof x);
        return x;
    }
    case NJ_I8: break;  // packed weights, which no conversion reads
    }
    return 0;
}

// The kinds that no training step converts between: one at a time, through double precision.
static void convert_rarely(const struct convert_run *run, size_t count) {
    for (size_t i = 0; i < count; i++) {
        double x = element(run->from, run->from_kind, i);
        switch (run->to_kind) {
        case NJ_F32: ((float *)run->to)[i] = (float)x; break;
        case NJ_I32:
            ((int32_t *)run->to)[i]
                = !(x > -2147483648.0) ? INT32_MIN : x >= 2147483647.0 ? INT32_MAX : (int32_t)x;
            break;
        case NJ_F64: ((double *)run->to)[i] = x; break;
        case NJ_I8: break;
        case NJ_BF16: {
            // To f32 with the lost bits kept as a sticky one, so that it rounds only once.
            float f = (float)x;
            uint32_t bits;
            memcpy(&bits, &f, sizeof bits);
            if ((double)f != x && x == x && f != 0) {
                if ((f > x) == (f > 0)) bits -= 1;
                bits |= 1;
            }
            if ((bits & 0x7fffffffu) > 0x7f800000u)
                ((uint16_t *)run->to)[i] = (uint16_t)((bits >> 16) | 0x40u);
            else
                ((uint16_t *)run->to)[i]
                    = (uint16_t)((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
            break;
        }
        }
    }
}

void nj_convert(
    const void *from, nj_kind from_kind, void *to, nj_kind to_kind, size_t count
) {
    struct convert_run run = {from, to, from_kind, to_kind, 0};
    bool floats = (from_kind == NJ_F32 && to_kind == NJ_BF16)
        || (from_kind == NJ_BF16 && to_kind == NJ_F32);
    if (floats)
        nj_for_ranges(count, GRAIN, SERIAL_BELOW, NJ_PICK(convert), &run);
    else if (from_kind == to_kind)
        nj_copy(from, to, count * (from_kind == NJ_F64 ? 8 : nj_kind_bytes(from_kind)));
    else
        convert_rarely(&run, count);
}

#endif
