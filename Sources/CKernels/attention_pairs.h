// Tiles in pairs of bf16, for machines that multiply those: two neighbours along the steps of a product
// lie in the place of one float. Included inside a pass of `each_variant.h`.
//
// What is multiplied is rounded to bf16 first, as in everyone's attention over bf16: queries, keys and
// values are so already, weights and scores' gradients here. Sums, exponentials and what they are
// divided by stay in f32.

// Whether a head's products are taken in pairs: a choice of the kind and the head size alone, so that
// training, prefill and decode make the same one.
NJ_INLINE bool NJ(takes_pairs)(nj_kind kind, size_t size) {
    return NJ_MULTIPLIES_BF16 && kind == NJ_BF16 && size % 2 == 0;
}

// Rows of a head turned, their neighbouring columns paired: a tile [size / 2][TILE], zeros after the
// rows up to a multiple of 8.
static __attribute__((unused)) void NJ(turn_pairs)(
    const uint16_t *from, size_t first, size_t stride, size_t rows, size_t size, float *to
) {
    const nj_v8 zero = {0};
    from += first;
    for (size_t i = 0; i < rows; i += 8) {
        size_t j = 0;
        for (; j + 8 <= size / 2; j += 8) {
            nj_v8 r[8];
            for (size_t n = 0; n < 8; n++)
                if (i + n < rows)
                    __builtin_memcpy(&r[n], from + (i + n) * stride + 2 * j, sizeof r[n]);
                else
                    r[n] = zero;
            NJ(transpose8)(r);
            for (size_t n = 0; n < 8; n++)
                __builtin_memcpy(to + (j + n) * TILE + i, &r[n], sizeof r[n]);
        }
        for (; j < size / 2; j++)
            for (size_t n = 0; n < 8; n++)
                if (i + n < rows)
                    __builtin_memcpy(
                        to + j * TILE + i + n, from + (i + n) * stride + 2 * j, sizeof *to);
                else
                    to[j * TILE + i + n] = 0;
    }
}

// Two vectors of bf16 that lie side by side as pairs.
NJ_INLINE nj_v16 NJ(interleave)(nj_h32 both) {
    return (nj_v16)__builtin_shufflevector(both, both,
        0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23,
        8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

// Neighbouring rows of a head paired: a tile [rows / 2][padded]; after an odd row a row of zeros.
static __attribute__((unused)) void NJ(copy_pairs)(
    const uint16_t *from, size_t first, size_t stride, size_t rows, size_t size, size_t padded,
    float *to
) {
    from += first;
    for (size_t i = 0; i < rows; i += 2, from += 2 * stride, to += padded) {
        size_t j = 0;
        for (; i + 2 <= rows && j + 16 <= size; j += 16) {
            nj_h16 one, other;
            __builtin_memcpy(&one, from + j, sizeof one);
            __builtin_memcpy(&other, from + stride + j, sizeof other);
            NJ(store_f32)(to + j, NJ(pair_up)(one, other));
        }
        for (; j < padded; j++) {
            uint16_t pair[2] = {0, 0};
            for (size_t n = 0; n < 2 && i + n < rows && j < size; n++) pair[n] = from[n * stride + j];
            __builtin_memcpy(to + j, pair, sizeof pair);
        }
    }
}
