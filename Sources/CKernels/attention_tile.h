// What attention's passes share: small products in registers, and rearranged tiles of queries,
// keys and values. Included inside a pass of `each_variant.h`.
//
// A tile is at most TILE queries or keys by `padded` columns: the head size rounded up to 16, the
// columns beyond it zeros. In `pairs`, where the machine multiplies bf16, two neighbours along the
// steps of a product, both in bf16, lie in the place of one float (`attention_pairs.h`).

// c [rows, 16 parts] (+)= a · b over `steps`; all but c, b, their strides and the steps is fixed
// when compiled. a's element (i, s) lies at i * row_stride + s * step_stride; b's row s at
// s * b_stride, its elements of `kind`. In pairs s counts pairs, and the second half of one that is
// half beyond the steps is not read as a number.
NJ_INLINE void NJ(strip)(
    const float *a, const size_t row_stride, const size_t step_stride, const void *rows_of_b,
    size_t b_stride, size_t steps, float *c, size_t c_stride, const size_t rows,
    const size_t parts, const bool add, const nj_kind kind, const bool pairs
) {
    enum { LANES = NJ_REGISTER_LANES };
    const size_t registers = parts * 16 / LANES;
    const char *b = rows_of_b;
    NJ(reg) sum[64];
    // 28 sums are more than the compiler unrolls unasked: they would go through memory.
#define NJ_EACH_SUM(i, p)                                                \
    _Pragma("clang loop unroll(full)") for (size_t i = 0; i < rows; i++) \
        _Pragma("clang loop unroll(full)") for (size_t p = 0; p < registers; p++)
    NJ_EACH_SUM(i, p) sum[i * registers + p]
        = add ? NJ(load_reg)(c, i * c_stride + p * LANES, NJ_F32) : (NJ(reg)){0};
    const size_t whole = pairs ? steps / 2 : steps;
#pragma clang loop unroll_count(2)
    for (size_t s = 0; s < whole; s++) {
        NJ(reg) column[16];
        for (size_t p = 0; p < registers; p++)
            column[p] = NJ(load_reg)(b, p * LANES, kind);
        NJ_EACH_SUM(i, p) sum[i * registers + p] = NJ(multiply_add)(
            sum[i * registers + p], a[i * row_stride], column[p], pairs ? 2 : 1);
        NJ_EACH_SUM(i, p) NJ_KEEP(sum[i * registers + p]);
        a += step_stride;
        b += b_stride * nj_kind_bytes(kind);
    }
    if (pairs && steps % 2 != 0) {
        typedef uint32_t bits __attribute__((vector_size(LANES * 4)));
        NJ(reg) first[16];
        for (size_t p = 0; p < registers; p++)
            first[p] = (NJ(reg))((bits)NJ(load_reg)(b, p * LANES, kind) & 0xffffu);
        NJ_EACH_SUM(i, p) sum[i * registers + p] = NJ(multiply_add)(
            sum[i * registers + p], a[i * row_stride], first[p], 2);
    }
    NJ_EACH_SUM(i, p) __builtin_memcpy(
        c + i * c_stride + p * LANES, &sum[i * registers + p], sizeof(NJ(reg)));
#undef NJ_EACH_SUM
}

NJ_INLINE void NJ(strips)(
    const float *a, const size_t row_stride, const size_t step_stride, const void *b,
    size_t b_stride, size_t steps, float *c, size_t c_stride, const size_t rows, size_t columns,
    const bool add, const nj_kind kind, const bool pairs
) {
    const size_t bytes = nj_kind_bytes(kind);
    // Few rows take several parts at once, so that enough sums are in flight; in pairs many do too,
    // for one part of them waits for a's numbers.
    const size_t parts = rows == 1 ? 4 : rows == 2 || pairs || NJ_REGISTER_LANES == 16 ? 2 : 1;
    size_t j = 0;
    for (; j + 16 * parts <= columns; j += 16 * parts)
        NJ(strip)(a, row_stride, step_stride, (const char *)b + j * bytes, b_stride, steps, c + j,
            c_stride, rows, parts, add, kind, pairs);
    for (; j < columns; j += 16)
        NJ(strip)(a, row_stride, step_stride, (const char *)b + j * bytes, b_stride, steps, c + j,
            c_stride, rows, 1, add, kind, pairs);
}

// The most rows that a strip takes when `left` are left.
NJ_INLINE size_t NJ(strip_rows)(size_t left) {
#if NJ_TILE_ROWS > 6
    // 64 are two of 14 and three of 12: strips of 6 and 2 have too few sums to keep the units busy.
    if (left == 36 || left == 24 || left == 12) return 12;
#endif
    if (left >= NJ_TILE_ROWS) return NJ_TILE_ROWS;
#if NJ_TILE_ROWS > 6
    if (left >= 6) return 6;
#endif
#if NJ_TILE_ROWS > 4
    if (left >= 4) return 4;
#endif
    return left >= 2 ? 2 : 1;
}

// Walks over `total` rows in strips: n rows from i on.
#define NJ_EACH_STRIP(i, n, total)                                                            \
    for (size_t i = 0, n = 0; i < (total) && (n = NJ(strip_rows)((total) - i), true); i += n)

// Asks for a part of a tile of `bytes` that is read soon: what n rows of TILE from i on are of it.
NJ_INLINE void NJ(fetch_part)(const void *tile, size_t bytes, size_t i, size_t n) {
    for (size_t at = bytes * i / TILE; at < bytes * (i + n) / TILE; at += 64)
        __builtin_prefetch((const char *)tile + at, 0, 2);
}

// Asks for a head's rows ahead of their use: they lie too far apart for the processor to guess.
static __attribute__((unused)) void NJ(fetch_rows)(
    const void *from, nj_kind kind, size_t first, size_t stride, size_t rows, size_t size
) {
    size_t bytes = nj_kind_bytes(kind);
    for (size_t i = 0; i < rows; i++) {
        const char *row = (const char *)from + (first + i * stride) * bytes;
        for (size_t at = 0; at < size * bytes; at += 64) __builtin_prefetch(row + at, 0, 2);
    }
}

// Of `rows` such rows the part `part` of `parts`, so that products in between hide the waiting.
NJ_INLINE void NJ(fetch_share)(
    const void *from, nj_kind kind, size_t first, size_t stride, size_t rows, size_t size,
    size_t part, size_t parts
) {
    size_t begin = rows * part / parts, end = rows * (part + 1) / parts;
    NJ(fetch_rows)(from, kind, first + begin * stride, stride, end - begin, size);
}

// One function per layout of a and kind of b; rows as `strip_rows` gives them, columns a multiple
// of 16.
#define NJ_STRIPS_OF(rows, ...)                                                                   \
    case rows: NJ(strips)(a, NJ_STRIPS_SPREAD(rows, __VA_ARGS__)); break;
#define NJ_STRIPS_SPREAD(rows, row_stride, step_stride, add, kind, pairs) \
    row_stride, step_stride, b, b_stride, steps, c, c_stride, rows, columns, add, kind, pairs
#if NJ_TILE_ROWS > 6
#define NJ_STRIPS_WIDE(...) \
    NJ_STRIPS_OF(14, __VA_ARGS__) NJ_STRIPS_OF(12, __VA_ARGS__) \
    NJ_STRIPS_OF(6, __VA_ARGS__) NJ_STRIPS_OF(4, __VA_ARGS__)
#elif NJ_TILE_ROWS > 4
#define NJ_STRIPS_WIDE(...) NJ_STRIPS_OF(6, __VA_ARGS__) NJ_STRIPS_OF(4, __VA_ARGS__)
#else
#define NJ_STRIPS_WIDE(...)
#endif
#define NJ_STRIPS(name, ...)                                                                      \
    static __attribute__((noinline, unused)) void NJ(name)(                                       \
        const float *a, const void *b, size_t b_stride, size_t steps, float *c, size_t c_stride,  \
        size_t rows, size_t columns                                                               \
    ) {                                                                                           \
        switch (rows) {                                                                           \
        NJ_STRIPS_WIDE(__VA_ARGS__)                                                               \
        NJ_STRIPS_OF(2, __VA_ARGS__)                                                              \
        NJ_STRIPS_OF(1, __VA_ARGS__)                                                              \
        }                                                                                         \
    }
// c = a · b, a turned: its rows lie side by side, steps TILE apart.
NJ_STRIPS(product_of_turned, 1, TILE, false, NJ_F32, false)
NJ_STRIPS(product_of_turned_bf16, 1, TILE, false, NJ_BF16, false)
NJ_STRIPS(product_of_turned_pairs, 1, TILE, false, NJ_F32, true)
// c += a · b, a turned.
NJ_STRIPS(add_product_of_turned, 1, TILE, true, NJ_F32, false)
NJ_STRIPS(add_product_of_turned_pairs, 1, TILE, true, NJ_F32, true)
// c += a · b, a's rows TILE apart.
NJ_STRIPS(add_product, TILE, 1, true, NJ_F32, false)
NJ_STRIPS(add_product_bf16, TILE, 1, true, NJ_BF16, false)
NJ_STRIPS(add_product_pairs, TILE, 1, true, NJ_F32, true)
#undef NJ_STRIPS
#undef NJ_STRIPS_OF
#undef NJ_STRIPS_SPREAD
#undef NJ_STRIPS_WIDE

// Rows of a head as f32 in a tile [rows][padded], times `factor`.
NJ_INLINE void NJ(copy_rows_of)(
    const void *from, size_t first, size_t stride, size_t rows, size_t size, size_t padded,
    float factor, float *to, const nj_kind kind
) {
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < padded; j += 16) {
            nj_v16 v = j < size
                ? NJ(load_some)(from, first + i * stride + j, nj_min(16, size - j), kind)
                : NJ(splat)(0);
            NJ(store_f32)(to + i * padded + j, v * factor);
        }
}

static void NJ(copy_rows)(
    const void *from, nj_kind kind, size_t first, size_t stride, size_t rows, size_t size,
    size_t padded, float factor, float *to
) {
    if (kind == NJ_BF16)
        NJ(copy_rows_of)(from, first, stride, rows, size, padded, factor, to, NJ_BF16);
    else
        NJ(copy_rows_of)(from, first, stride, rows, size, padded, factor, to, NJ_F32);
}

// Rows of a head turned, times `factor`: a tile [size][TILE], zeros after the rows up to a
// multiple of 8.
NJ_INLINE void NJ(turn_rows_of)(
    const void *from, size_t first, size_t stride, size_t rows, size_t size, float factor,
    float *to, const nj_kind kind
) {
    const nj_v8 zero = {0};
    for (size_t i = 0; i < rows; i += 8) {
        size_t j = 0;
        for (; j + 8 <= size; j += 8) {
            nj_v8 r[8];
            for (size_t n = 0; n < 8; n++)
                r[n] = i + n < rows
                    ? NJ(load8)(from, first + (i + n) * stride + j, kind) * factor : zero;
            NJ(transpose8)(r);
            for (size_t n = 0; n < 8; n++)
                __builtin_memcpy(to + (j + n) * TILE + i, &r[n], sizeof r[n]);
        }
        for (; j < size; j++)
            for (size_t n = 0; n < 8; n++)
                to[j * TILE + i + n] = i + n < rows
                    ? NJ(load1)(from, first + (i + n) * stride + j, kind) * factor : 0;
    }
}

static void NJ(turn_rows)(
    const void *from, nj_kind kind, size_t first, size_t stride, size_t rows, size_t size,
    float factor, float *to
) {
    if (kind == NJ_BF16)
        NJ(turn_rows_of)(from, first, stride, rows, size, factor, to, NJ_BF16);
    else
        NJ(turn_rows_of)(from, first, stride, rows, size, factor, to, NJ_F32);
}

// A tile's rows as a head of a wider tensor, in its kind.
static void NJ(write_rows)(
    const float *from, size_t rows, size_t size, size_t padded, float factor, void *to,
    nj_kind kind, size_t first, size_t stride
) {
    enum { AHEAD = 16 };
    for (size_t i = 0; i < rows; i++) {
        if (i + AHEAD < rows)
            NJ(fetch_rows)(to, kind, first + (i + AHEAD) * stride, stride, 1, size);
        for (size_t j = 0; j < size; j += 16)
            NJ(store_some)(to, first + i * stride + j, nj_min(16, size - j),
                NJ(load_f32)(from + i * padded + j) * factor, kind);
    }
}

// The largest of each of 16 vectors, of the i-th in lane i: halves, then quarters, of two rows in one
// vector, so that 15 maxima do for all.
NJ_INLINE nj_v16 NJ(max_of_rows)(const nj_v16 rows[16]) {
#define NJ_SHUFFLE __builtin_shufflevector
    nj_v16 v[16];
    __builtin_memcpy(v, rows, sizeof v);
    for (int i = 0; i < 8; i++)
        v[i] = NJ(max)(
            NJ_SHUFFLE(v[2 * i], v[2 * i + 1],
                0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29),
            NJ_SHUFFLE(v[2 * i], v[2 * i + 1],
                2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31));
    for (int i = 0; i < 4; i++)
        v[i] = NJ(max)(
            NJ_SHUFFLE(v[2 * i], v[2 * i + 1],
                0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29),
            NJ_SHUFFLE(v[2 * i], v[2 * i + 1],
                2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31));
    for (int count = 2; count > 0; count /= 2)
        for (int i = 0; i < count; i++)
            v[i] = NJ(max)(
                NJ_SHUFFLE(v[2 * i], v[2 * i + 1],
                    0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27),
                NJ_SHUFFLE(v[2 * i], v[2 * i + 1],
                    4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31));
#undef NJ_SHUFFLE
    return v[0];
}

// Lanes of part `part` whose key index lies in low...high.
NJ_INLINE nj_i16 NJ(visible)(int part, int low, int high) {
    const nj_i16 lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    nj_i16 key = lane + part * 16;
    return (key >= low) & (key <= high);
}

// A row's scores, times `scale`, become cap tanh(score / cap) (Gemma 2, 2024).
static void NJ(cap_scores)(float *scores, float cap, float scale) {
    for (int j = 0; j < TILE; j += 16)
        NJ(store_f32)(
            scores + j, cap * NJ(tanh)(NJ(load_f32)(scores + j) * scale * (1.0f / cap)));
}

// e^(above_level unit), what scores weigh; in pairs as exact as bf16 is, else the unit is 1.
NJ_INLINE NJ(wide) NJ(weights_of)(NJ(wide) above_level, float unit, const bool pairs) {
    return pairs ? NJ(exp2_for_bf16)(above_level * (unit * LOG2_E))
                 : NJ(exp_below_wide)(above_level);
}
