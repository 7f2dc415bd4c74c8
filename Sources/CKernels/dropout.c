// Dropout by a counted stream: element i is kept or not by draw `first + i`, whatever stands beside
// it. The draws are those of `RandomStream` (SplitMix64, Steele, Lea and Flood 2014).
#include "kernels_internal.h"

struct dropout_run {
    const void *x;
    void *out;
    nj_kind kind;
    uint64_t key, first;
    uint32_t least;
    float scale;
};

static uint32_t upper_bits(const struct dropout_run *run, size_t i) {
    uint64_t z = run->key + (run->first + i + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (uint32_t)((z ^ (z >> 31)) >> 40);
}

static uint16_t rounded(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    if ((bits & 0x7fffffffu) > 0x7f800000u) return (uint16_t)(bits >> 16 | 0x40u);
    return (uint16_t)((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

static void dropout(void *context, size_t from, size_t to, int thread) {
    const struct dropout_run *run = context;
    (void)thread;
    for (size_t i = from; i < to; i++) {
        float factor = upper_bits(run, i) >= run->least ? run->scale : 0;
        if (run->kind == NJ_F32) {
            ((float *)run->out)[i] = factor == 0 ? 0 : ((const float *)run->x)[i] * factor;
        } else {
            uint32_t bits = (uint32_t)((const uint16_t *)run->x)[i] << 16;
            float x;
            memcpy(&x, &bits, sizeof x);
            ((uint16_t *)run->out)[i] = factor == 0 ? 0 : rounded(x * factor);
        }
    }
}

void nj_dropout(
    const void *x, void *out, nj_kind kind, size_t count, uint64_t key, uint64_t first,
    uint32_t least, float scale
) {
    struct dropout_run run = {x, out, kind, key, first, least, scale};
    nj_for_ranges(count, 1 << 10, 1 << 13, dropout, &run);
}
