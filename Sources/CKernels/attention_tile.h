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
    for (size_t i = 0; i < rows; i++)
        for (size_t p = 0; p < registers; p++)
            sum[i * registers + p]
                = add ? NJ(load_reg)(c, i * c_stride + p * LANES, NJ_F32) : (NJ(reg)){0};
    const size_t whole = pairs ? steps / 2 : steps;
#pragma clang loop unroll_count(2)
    for (size_t s = 0; s < whole; s++) {
        NJ(reg) column[16];
        for (size_t p = 0; p < registers; p++)
            column[p] = NJ(load_reg)(b, p * LANES, kind);
#pragma clang loop unroll(full)
        for (size_t i = 0; i < rows; i++)
            for (size_t p = 0; p < registers; p++)
                sum[i * registers + p] = NJ(multiply_add)(
                    sum[i * registers + p], a[i * row_stride], column[p], pairs ? 2 : 1);
#pragma clang loop unroll(full)
        for (size_t i = 0; i < rows * registers; i++) NJ_KEEP(sum[i]);
        a += step_stride;
        b += b_stride * nj_kind_bytes(kind);
    }
    if (pairs && steps % 2 != 0)
        for (size_t p = 0; p < registers; p++) {
            typedef uint32_t bits __attribute__((vector_size(LANES * 4)));
            NJ(reg) first = (NJ(reg))((bits)NJ(load_reg)(b, p * LANES, kind) & 0xffffu);
            for (size_t i = 0; i < rows; i++)
                sum[i * registers + p] = NJ(multiply_add)(
                    sum[i * registers + p], a[i * row_stride], first, 2);
        }
    for (size_t i = 0; i < rows; i++)
        for (size_t p = 0; p < registers; p++)
            __builtin_memcpy(
                c + i * c_stride + p * LANES, &sum[i * registers + p], sizeof(NJ(reg)));
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

// One function per layout of a and kind of b; rows as `strip_rows` gives them, columns a multiple
// of 16.
#define NJ_STRIPS_OF(rows, ...)                                                                   \
    case rows: NJ(strips)(a, NJ_STRIPS_SPREAD(rows, __VA_ARGS__)); break;
#define NJ_STRIPS_SPREAD(rows, row_stride, step_stride, add, kind, pairs) \
    row_stride, step_stride, b, b_stride, steps, c, c_stride, rows, columns, add, kind, pairs
#if NJ_TILE_ROWS > 6
#define NJ_STRIPS_WIDE(...) \
    NJ_STRIPS_OF(14, __VA_ARGS__) NJ_STRIPS_OF(6, __VA_ARGS__) NJ_STRIPS_OF(4, __VA_ARGS__)
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
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < size; j += 16)
            NJ(store_some)(to, first + i * stride + j, nj_min(16, size - j),
                NJ(load_f32)(from + i * padded + j) * factor, kind);
}

// Lanes of part `part` whose key index lies in low...high.
NJ_INLINE nj_i16 NJ(visible)(int part, int low, int high) {
    const nj_i16 lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    nj_i16 key = lane + part * 16;
    return (key >= low) & (key <= high);
}

// A row's scores [16 parts], times `scale`, become cap tanh(score / cap) (Gemma 2, 2024).
static void NJ(cap_scores)(float *scores, int parts, float cap, float scale) {
    for (int p = 0; p < parts; p++)
        NJ(store_f32)(
            scores + p * 16,
            cap * NJ(tanh)(NJ(load_f32)(scores + p * 16) * scale * (1.0f / cap)));
}
