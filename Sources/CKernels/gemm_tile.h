// The register tiles of the matrix product and the loops around them: part of gemm.c.

// Whether there are registers for the sums of a tile of 32 columns, in place of 16.
#undef NJ_WIDE
#define NJ_WIDE (NJ_REGISTER_LANES == 16)

// The partial sum over `depth` steps of the first `rows` rows of one tile, written to c or added
// to it; where `wide`, of two panels of b side by side, `apart` floats from each other: a number of a
// is read once for two multiplications, for processors make two of them in the time of two such reads.
// Where `ahead` is not NULL, what lies there, and where `wide` what lies `ahead_apart` from it, is
// fetched on the way, `pace` floats a step.
//
// Written in the machine's own registers: as vectors of 16 the compiler spills half of the sums.
NJ_INLINE void NJ(tile)(
    const float *a, const float *b, size_t apart, size_t depth, float *c, size_t stride, bool add,
    const float *ahead, size_t ahead_apart, size_t pace, const int rows, const bool wide,
    const bool pairs
) {
    enum { PANEL = 16 / NJ_REGISTER_LANES, MOST = NJ_WIDE ? 2 * PANEL : PANEL };
    const int parts = wide ? MOST : PANEL;
    NJ(reg) sum[NJ_TILE_ROWS][MOST];
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
        for (int p = 0; p < parts; p++) sum[i][p] = (NJ(reg)){0};
        __builtin_prefetch(c + (size_t)i * stride, 1);
        if (wide) __builtin_prefetch(c + (size_t)i * stride + 16, 1);
    }
#define NJ_STEP                                                                               \
    {                                                                                         \
        NJ(reg) column[MOST];                                                                 \
        __builtin_memcpy(column, b, PANEL * sizeof *column);                                  \
        if (wide) __builtin_memcpy(column + MOST - PANEL, b + apart, PANEL * sizeof *column); \
        NJ_ALL for (int i = 0; i < rows; i++)                                                 \
            NJ_ALL for (int p = 0; p < parts; p++)                                            \
                sum[i][p] = NJ(multiply_add)(sum[i][p], a[i], column[p], pairs);              \
        NJ_ALL for (int i = 0; i < rows; i++)                                                 \
            NJ_ALL for (int p = 0; p < parts; p++) NJ_KEEP(sum[i][p]);                        \
        a += NJ_TILE_ROWS;                                                                    \
        b += 16;                                                                              \
    }
    // 28 registers of sums are more than the compiler unrolls unasked.
#define NJ_ALL _Pragma("clang loop unroll(full)")
    if (ahead)
        for (size_t at = 0; at < depth; at++) {
            __builtin_prefetch(ahead + at * pace);
            if (wide) __builtin_prefetch(ahead + ahead_apart + at * pace);
            NJ_STEP
        }
    else
#pragma clang loop unroll_count(4)
        for (size_t at = 0; at < depth; at++) NJ_STEP
#undef NJ_STEP
#undef NJ_ALL
    // Two loops, not a choice per element: its mask would cost the tile a register.
    if (add)
#pragma clang loop unroll(full)
        for (int i = 0; i < rows; i++) {
            NJ(reg) old[MOST];
            __builtin_memcpy(old, c + (size_t)i * stride, (size_t)parts * sizeof *old);
            for (int p = 0; p < parts; p++) old[p] += sum[i][p];
            __builtin_memcpy(c + (size_t)i * stride, old, (size_t)parts * sizeof *old);
        }
    else
#pragma clang loop unroll(full)
        for (int i = 0; i < rows; i++)
            __builtin_memcpy(c + (size_t)i * stride, sum[i], (size_t)parts * sizeof *sum[i]);
}

// A tile of `rows` rows, whose code is made for exactly that many.
NJ_INLINE void NJ(tile_by_rows)(
    const float *a, const float *b, size_t apart, size_t depth, float *c, size_t stride, bool add,
    const float *ahead, size_t ahead_apart, size_t pace, size_t rows, const bool wide,
    const bool pairs
) {
#define NJ_CASE(height)                                                                      \
    case height:                                                                             \
        NJ(tile)(                                                                            \
            a, b, apart, depth, c, stride, add, ahead, ahead_apart, pace, height, wide, pairs); \
        break;
    switch (rows) {
        NJ_CASE(1)
        NJ_CASE(2)
#if NJ_TILE_ROWS > 2
        NJ_CASE(3)
        NJ_CASE(4)
        NJ_CASE(5)
        NJ_CASE(6)
#endif
#if NJ_TILE_ROWS > 6
        NJ_CASE(7)
        NJ_CASE(8)
        NJ_CASE(9)
        NJ_CASE(10)
        NJ_CASE(11)
        NJ_CASE(12)
        NJ_CASE(13)
        NJ_CASE(14)
#endif
    }
#undef NJ_CASE
}

static __attribute__((noinline)) void NJ(tile_of)(
    const float *a, const float *b, size_t apart, size_t depth, float *c, size_t stride, bool add,
    const float *ahead, size_t ahead_apart, size_t pace, size_t rows, bool wide, bool pairs
) {
#define NJ_TILE_BY_ROWS(wide, pairs) \
    NJ(tile_by_rows)(                \
        a, b, apart, depth, c, stride, add, ahead, ahead_apart, pace, rows, wide, pairs)
    if (NJ_MULTIPLIES_BF16 && pairs && wide)
        NJ_TILE_BY_ROWS(NJ_WIDE, NJ_MULTIPLIES_BF16);
    else if (NJ_MULTIPLIES_BF16 && pairs)
        NJ_TILE_BY_ROWS(false, NJ_MULTIPLIES_BF16);
    else if (NJ_WIDE && wide)
        NJ_TILE_BY_ROWS(NJ_WIDE, false);
    else
        NJ_TILE_BY_ROWS(false, false);
#undef NJ_TILE_BY_ROWS
}

// A tile at the right edge of c: computed aside, `columns` of it kept.
static __attribute__((noinline)) void NJ(edge_tile)(
    const float *a, const float *b, size_t depth, float *c, size_t stride, bool add,
    const float *ahead, size_t pace, size_t rows, size_t columns, bool pairs
) {
    float whole[NJ_TILE_ROWS * 16];
    NJ(tile_of)(a, b, 0, depth, whole, 16, false, ahead, 0, pace, rows, false, pairs);
    for (size_t i = 0; i < rows; i++) {
        nj_v16 v = NJ(load_f32)(whole + i * 16);
        if (add) v = NJ(load_some)(c, i * stride, columns, NJ_F32) + v;
        NJ(store_some)(c, i * stride, columns, v, NJ_F32);
    }
}

// All tiles of one panel of b, or of two that lie `apart`, against the panels of a, for one partial
// sum. Meanwhile the panel at `ahead`, `span` floats a step, is fetched: by the last two tiles where
// there are many, by all where memory must keep up.
static __attribute__((noinline)) void NJ(panel_tiles)(
    const float *a, const float *b, size_t apart, size_t depth, float *c, size_t stride, bool add,
    size_t rows, size_t columns, const float *ahead, size_t ahead_apart, size_t span, bool wide,
    bool pairs
) {
    size_t tiles = nj_ceil_div(rows, NJ_TILE_ROWS), fetching = tiles <= FETCHING_TILES ? tiles : 2;
    size_t pace = nj_ceil_div(span, fetching), height = rows / tiles, higher = rows % tiles;
    for (size_t t = 0; t < tiles; t++, a += depth * NJ_TILE_ROWS) {
        const float *next = NULL;
        if (ahead && t + fetching >= tiles) next = ahead + (t + fetching - tiles) * depth * pace;
        size_t own = height + (t < higher);
        if (columns < 16)
            NJ(edge_tile)(a, b, depth, c, stride, add, next, pace, own, columns, pairs);
        else
            NJ(tile_of)(
                a, b, apart, depth, c, stride, add, next, ahead_apart, pace, own, wide, pairs);
        c += own * stride;
    }
}

// Whole sums [rows][WIDTH] as the numbers of c that begin at element `origin`: times the scales of
// their columns, where there are any.
NJ_INLINE void NJ(finish)(
    const nj_gemm_call *call, const float *sums, const float *scales, size_t origin, size_t rows,
    size_t columns, const nj_kind kind
) {
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j += 16) {
            size_t count = nj_min(16, columns - j), at = origin + i * call->n + j;
            nj_v16 v = NJ(load_f32)(sums + i * WIDTH + j);
            if (scales) v = v * NJ(load_f32)(scales + j);
            if (call->accumulate) v = NJ(load_some)(call->c, at, count, kind) + v;
            NJ(store_some)(call->c, at, count, v, kind);
        }
}

// A panel of bf16 or of integers as f32.
NJ_INLINE void NJ(widen_panel)(const void *from, size_t depth, float *to, const nj_kind kind) {
    const size_t step = kind == NJ_I8 ? GROUP : 16;
    for (size_t at = 0; at < depth; at++)
        for (size_t i = 0; i < 16; i += NJ_REGISTER_LANES) {
            NJ(reg) v = NJ(load_reg)(from, at * step + i, kind);
            __builtin_memcpy(to + at * 16 + i, &v, sizeof v);
        }
}

// Step k0 of the panel that begins with `column`.
NJ_INLINE const void *NJ(panel_from)(const struct gemm_run *run, size_t column, size_t k0) {
    return (const char *)run->panels
        + panel_at(column / 16, k0, run->steps, run->panel_kind) * nj_kind_bytes(run->panel_kind);
}

// What to fetch while `taken` columns from `column` on are in use: the next panels; of the next group of
// integers as many quarters. The second lies `apart` floats from the first.
NJ_INLINE const void *NJ(fetched_meanwhile)(
    const struct gemm_run *run, size_t column, size_t taken, size_t k0, size_t depth, size_t *apart
) {
    if (run->panel_kind != NJ_I8) {
        *apart = 16 * run->steps * nj_kind_bytes(run->panel_kind) / sizeof(float);
        return NJ(panel_from)(run, column + taken, k0);
    }
    size_t quarter = 16 * depth;
    *apart = quarter / sizeof(float);
    return (const char *)NJ(panel_from)(run, column / GROUP * GROUP + GROUP, k0)
        + column % GROUP / 16 * quarter;
}

// Columns left..<left+width of one block of rows. `a` holds the block's panels, `slice` floats for
// every DEPTH steps; a slice is packed when `packs`, just before it is used.
static void NJ(gemm_columns)(
    const struct gemm_run *run, size_t row, size_t rows, size_t left, size_t width, float *a,
    size_t slice, bool packs, float *converted, float *sums
) {
    const nj_gemm_call *call = run->call;
    const size_t k = run->steps;
    const bool pairs = NJ_MULTIPLIES_BF16 && run->pairs;
    bool direct = call->c_kind == NJ_F32 && run->panel_kind != NJ_I8;
    size_t stride = direct ? call->n : WIDTH, origin = row * call->n + run->column + left;
    float *c = direct ? (float *)call->c + origin : sums;
    for (size_t k0 = 0; k0 < k; k0 += DEPTH, a += slice) {
        size_t depth = nj_min(DEPTH, k - k0);
        bool add = k0 > 0 || (direct && call->accumulate);
        if (packs) NJ(pack_a)(call, row, rows, k0, k0 + depth, a, pairs);
        for (size_t j = 0, taken; j < width; j += taken) {
            const bool wide = NJ_WIDE && j + 32 <= width;
            taken = wide ? 32 : 16;
            size_t column = left + j, apart = 16 * k, ahead_apart = 0;
            const void *b = NJ(panel_from)(run, column, k0), *ahead = NULL;
            if (j + taken < width)
                ahead = NJ(fetched_meanwhile)(run, column, taken, k0, depth, &ahead_apart);
            if (run->panel_kind != NJ_F32) {
                for (size_t p = 0; p < taken; p += 16) {
                    const void *panel = NJ(panel_from)(run, column + p, k0);
                    if (run->panel_kind == NJ_BF16)
                        NJ(widen_panel)(panel, depth, converted + p * depth, NJ_BF16);
                    else
                        NJ(widen_panel)(panel, depth, converted + p * depth, NJ_I8);
                }
                b = converted;
                apart = 16 * depth;
            }
            NJ(panel_tiles)(
                a, b, apart, depth, c + j, stride, add, rows, direct ? nj_min(16, width - j) : 16,
                ahead, ahead_apart, 4 * nj_kind_bytes(run->panel_kind), wide, pairs);
        }
    }
    if (direct) return;
    const float *scales = run->scales ? run->scales + left : NULL;
    if (call->c_kind == NJ_BF16)
        NJ(finish)(call, sums, scales, origin, rows, width, NJ_BF16);
    else
        NJ(finish)(call, sums, scales, origin, rows, width, NJ_F32);
}

// One block of rows by one block of columns of c.
static void NJ(gemm_block)(void *context, size_t index, int thread) {
    struct gemm_run *run = context;
    const nj_gemm_call *call = run->call;
    size_t row = index / run->column_blocks * run->block_rows;
    size_t rows = nj_min(run->block_rows, call->m - row);
    size_t begin = index % run->column_blocks * run->block_columns;
    size_t end = nj_min(begin + run->block_columns, run->columns);
    if (begin >= end) return;

    // With one block of columns a slice of a is used once, so that one slice of memory is enough.
    // With one block of rows it serves the thread's other blocks too.
    bool keeps = run->block_rows >= call->m && thread < THREADS_REMEMBERED;
    bool once = end - begin <= WIDTH && !keeps;
    size_t padded = nj_round_up(rows, NJ_TILE_ROWS), slice = padded * DEPTH;
    size_t a_count
        = nj_round_up((once ? nj_min(run->steps, DEPTH) : run->steps) * padded + 16, 16);
    float *a = nj_thread_scratch(
        thread, (a_count + DEPTH * 32 + BLOCK_ROWS_MOST * WIDTH) * sizeof(float));
    float *converted = a + a_count, *sums = converted + DEPTH * 32;
    bool packs = !keeps || !run->holds_a[thread];
    if (keeps) run->holds_a[thread] = true;
    for (size_t left = begin; left < end; left += WIDTH)
        NJ(gemm_columns)(
            run, row, rows, left, nj_min(WIDTH, end - left), a, once ? 0 : slice,
            packs && left == begin, converted, sums);
}

static size_t NJ(tile_rows)(void) { return NJ_TILE_ROWS; }
