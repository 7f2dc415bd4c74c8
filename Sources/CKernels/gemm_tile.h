// The register tiles of the matrix product and the loops around them: part of gemm.c.

// The partial sum over `depth` steps of the first `rows` rows of one tile, written to c or added
// to it. Where `ahead` is not NULL, what lies there is fetched on the way, `pace` floats a step.
//
// Written in the machine's own registers: as vectors of 16 the compiler spills half of the sums.
NJ_INLINE void NJ(tile)(
    const float *a, const float *b, size_t depth, float *c, size_t stride, bool add,
    const float *ahead, size_t pace, const int rows
) {
    enum { PARTS = 16 / NJ_REGISTER_LANES };
    NJ(reg) sum[NJ_TILE_ROWS][PARTS];
    for (int i = 0; i < rows; i++) {
        for (int p = 0; p < PARTS; p++) sum[i][p] = (NJ(reg)){0};
        __builtin_prefetch(c + (size_t)i * stride, 1);
    }
#define NJ_STEP                                                                  \
    {                                                                            \
        NJ(reg) column[PARTS];                                                   \
        __builtin_memcpy(column, b, sizeof column);                              \
        for (int i = 0; i < rows; i++)                                           \
            for (int p = 0; p < PARTS; p++) sum[i][p] += a[i] * column[p];       \
        for (int i = 0; i < rows; i++)                                           \
            for (int p = 0; p < PARTS; p++) NJ_KEEP(sum[i][p]);                  \
        a += NJ_TILE_ROWS;                                                       \
        b += 16;                                                                 \
    }
    if (ahead)
        for (size_t at = 0; at < depth; at++) {
            __builtin_prefetch(ahead + at * pace);
            NJ_STEP
        }
    else
#pragma clang loop unroll_count(4)
        for (size_t at = 0; at < depth; at++) NJ_STEP
#undef NJ_STEP
    // Two loops, not a choice per element: its mask would cost the tile a register.
    if (add)
        for (int i = 0; i < rows; i++) {
            NJ(reg) old[PARTS];
            __builtin_memcpy(old, c + (size_t)i * stride, sizeof old);
            for (int p = 0; p < PARTS; p++) old[p] += sum[i][p];
            __builtin_memcpy(c + (size_t)i * stride, old, sizeof old);
        }
    else
        for (int i = 0; i < rows; i++)
            __builtin_memcpy(c + (size_t)i * stride, sum[i], sizeof sum[i]);
}

// The last rows of a block, fewer than a tile has: the next tile size up, computed aside.
static __attribute__((noinline)) void NJ(short_tile)(
    const float *a, const float *b, size_t depth, float *c, const float *ahead, size_t pace,
    size_t rows
) {
    if (rows <= 2)
        NJ(tile)(a, b, depth, c, 16, false, ahead, pace, 2);
#if NJ_TILE_ROWS > 4
    else if (rows <= 4)
        NJ(tile)(a, b, depth, c, 16, false, ahead, pace, 4);
#endif
#if NJ_TILE_ROWS > 8
    else if (rows <= 8)
        NJ(tile)(a, b, depth, c, 16, false, ahead, pace, 8);
#endif
    else
        NJ(tile)(a, b, depth, c, 16, false, ahead, pace, NJ_TILE_ROWS);
}

// A tile at an edge of c: computed aside, `rows` by `columns` of it kept.
static __attribute__((noinline)) void NJ(edge_tile)(
    const float *a, const float *b, size_t depth, float *c, size_t stride, bool add,
    const float *ahead, size_t pace, size_t rows, size_t columns
) {
    float whole[NJ_TILE_ROWS * 16];
    NJ(short_tile)(a, b, depth, whole, ahead, pace, rows);
    for (size_t i = 0; i < rows; i++) {
        nj_v16 v = NJ(load_f32)(whole + i * 16);
        if (add) v = NJ(load_some)(c, i * stride, columns, NJ_F32) + v;
        NJ(store_some)(c, i * stride, columns, v, NJ_F32);
    }
}

// All tiles of one panel of b against the panels of a, for one partial sum. Meanwhile the panel at
// `ahead`, `span` floats a step, is fetched: by the last tile where there are many, evenly where
// memory must keep up.
static __attribute__((noinline)) void NJ(panel_tiles)(
    const float *a, const float *b, size_t depth, float *c, size_t stride, bool add, size_t rows,
    size_t columns, const float *ahead, size_t span
) {
    size_t tiles = nj_ceil_div(rows, NJ_TILE_ROWS), fetching = tiles <= FETCHING_TILES ? tiles : 1;
    size_t pace = nj_ceil_div(span, fetching);
    for (size_t t = 0; t < tiles; t++, a += depth * NJ_TILE_ROWS) {
        const float *next = NULL;
        if (ahead && t + fetching >= tiles) next = ahead + (t + fetching - tiles) * depth * pace;
        float *tile = c + t * NJ_TILE_ROWS * stride;
        size_t left = rows - t * NJ_TILE_ROWS;
        if (left >= NJ_TILE_ROWS && columns == 16)
            NJ(tile)(a, b, depth, tile, stride, add, next, pace, NJ_TILE_ROWS);
        else
            NJ(edge_tile)(
                a, b, depth, tile, stride, add, next, pace, nj_min(NJ_TILE_ROWS, left), columns);
    }
}

NJ_INLINE void NJ(finish_bf16)(
    const float *sums, size_t stride, uint16_t *c, size_t n, size_t rows, size_t columns, bool add
) {
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j += 16) {
            size_t count = nj_min(16, columns - j), at = i * n + j;
            nj_v16 v = NJ(load_f32)(sums + i * stride + j);
            if (add) v = NJ(load_some)(c, at, count, NJ_BF16) + v;
            NJ(store_some)(c, at, count, v, NJ_BF16);
        }
}

// A panel of bf16 as f32.
static void NJ(widen_panel)(const uint16_t *from, size_t depth, float *to) {
    for (size_t i = 0; i < depth; i++)
        NJ(store_f32)(to + i * 16, NJ(load_bf16)(from + i * 16));
}

// Columns left..<left+width of one block of rows. `a` holds the block's panels, `slice` floats for
// every DEPTH steps; a slice is packed when `packs`, just before it is used.
static void NJ(gemm_columns)(
    const struct gemm_run *run, size_t row, size_t rows, size_t left, size_t width, float *a,
    size_t slice, bool packs, float *converted, float *sums
) {
    const nj_gemm_call *call = run->call;
    const size_t k = call->k;
    bool direct = call->c_kind == NJ_F32;
    size_t stride = direct ? call->n : WIDTH, origin = row * call->n + run->column + left;
    float *c = direct ? (float *)call->c + origin : sums;
    for (size_t k0 = 0; k0 < k; k0 += DEPTH, a += slice) {
        size_t depth = nj_min(DEPTH, k - k0);
        bool add = k0 > 0 || (direct && call->accumulate);
        if (packs) NJ(pack_a)(call, row, rows, k0, k0 + depth, a);
        for (size_t j = 0; j < width; j += 16) {
            size_t offset = (left + j) * k + k0 * 16, size = nj_kind_bytes(run->panel_kind);
            const char *panel = (const char *)run->panels + offset * size;
            const void *b = panel, *ahead = j + 16 < width ? panel + 16 * k * size : NULL;
            if (run->panel_kind == NJ_BF16) {
                NJ(widen_panel)(b, depth, converted);
                b = converted;
            }
            NJ(panel_tiles)(
                a, b, depth, c + j, stride, add, rows, direct ? nj_min(16, width - j) : 16, ahead,
                4 * size);
        }
    }
    if (!direct)
        NJ(finish_bf16)(
            sums, WIDTH, (uint16_t *)call->c + origin, call->n, rows, width, call->accumulate);
}

// One block of rows by one block of columns of c.
static void NJ(gemm_block)(void *context, size_t index, int thread) {
    const struct gemm_run *run = context;
    const nj_gemm_call *call = run->call;
    size_t row = index / run->column_blocks * run->block_rows;
    size_t rows = nj_min(run->block_rows, call->m - row);
    size_t begin = index % run->column_blocks * run->block_columns;
    size_t end = nj_min(begin + run->block_columns, run->columns);
    if (begin >= end) return;

    // With one block of columns a slice of a is used once, so that one slice of memory is enough.
    bool once = end - begin <= WIDTH;
    size_t padded = nj_round_up(rows, NJ_TILE_ROWS), slice = padded * DEPTH;
    size_t a_count = nj_round_up((once ? nj_min(call->k, DEPTH) : call->k) * padded + 16, 16);
    float *a = nj_thread_scratch(
        thread, (a_count + DEPTH * 16 + BLOCK_ROWS_MOST * WIDTH) * sizeof(float));
    float *converted = a + a_count, *sums = converted + DEPTH * 16;
    for (size_t left = begin; left < end; left += WIDTH)
        NJ(gemm_columns)(
            run, row, rows, left, nj_min(WIDTH, end - left), a, once ? 0 : slice, left == begin,
            converted, sums);
}

// Few rows against `panels` panels of b at once, so that enough sums are in flight to hide the
// latency of one; b is read from memory once.
NJ_INLINE void NJ(few_rows_by)(
    const struct gemm_run *run, size_t first, const size_t rows, const size_t panels,
    const nj_kind kind
) {
    enum { PARTS = 16 / NJ_REGISTER_LANES };
    const nj_gemm_call *call = run->call;
    const size_t k = call->k, count = rows * panels * PARTS;
    float sums[SMALL_ROWS * SMALL_PANELS * 16];
    for (size_t k0 = 0; k0 < k; k0 += DEPTH) {
        size_t k1 = nj_min(k0 + DEPTH, k);
        NJ(reg) sum[SMALL_ROWS * SMALL_PANELS * PARTS];
        for (size_t i = 0; i < count; i++) sum[i] = (NJ(reg)){0};
        const float *a = run->a_panel + k0 * NJ_TILE_ROWS;
        const char *b = (const char *)run->panels + (first * k + k0) * 16 * nj_kind_bytes(kind);
        for (size_t at = k0; at < k1; at++) {
            for (size_t p = 0; p < panels; p++)
                __builtin_prefetch(b + p * k * 16 * nj_kind_bytes(kind) + FETCH_AHEAD);
            // Whichever is the fewer stays in registers meanwhile: a's rows or b's columns.
            if (rows <= (kind == NJ_BF16 ? 4 : 3))
                for (size_t p = 0; p < panels * PARTS; p++) {
                    size_t index = p / PARTS * k * 16 + p % PARTS * NJ_REGISTER_LANES;
                    NJ(reg) column = NJ(load_reg)(b, index, kind);
                    for (size_t i = 0; i < rows; i++)
                        sum[i * panels * PARTS + p] += a[i] * column;
                }
            else
                for (size_t i = 0; i < rows; i++)
                    for (size_t p = 0; p < PARTS; p++)
                        sum[i * PARTS + p]
                            += a[i] * NJ(load_reg)(b, p * NJ_REGISTER_LANES, kind);
            for (size_t i = 0; i < count; i++) NJ_KEEP(sum[i]);
            a += NJ_TILE_ROWS;
            b += 16 * nj_kind_bytes(kind);
        }
        for (size_t i = 0; i < count; i++) {
            float *to = sums + i * NJ_REGISTER_LANES;
            if (k0 > 0) sum[i] = NJ(load_reg)(to, 0, NJ_F32) + sum[i];
            __builtin_memcpy(to, &sum[i], sizeof sum[i]);
        }
        if (k0 > 0 || !call->accumulate || call->c_kind != NJ_F32) continue;
        // What is there comes first, as in a tile.
        for (size_t i = 0; i < rows * panels; i++) {
            size_t column = (first + i % panels) * 16, n = nj_min(16, call->n - column);
            nj_v16 old = NJ(load_some)(call->c, i / panels * call->n + column, n, NJ_F32);
            NJ(store_f32)(sums + i * 16, old + NJ(load_f32)(sums + i * 16));
        }
    }
    for (size_t i = 0; i < rows * panels; i++) {
        size_t column = (first + i % panels) * 16, n = nj_min(16, call->n - column);
        size_t at = i / panels * call->n + column;
        nj_v16 v = NJ(load_f32)(sums + i * 16);
        if (call->c_kind == NJ_BF16 && call->accumulate)
            v = NJ(load_some)(call->c, at, n, NJ_BF16) + v;
        NJ(store_some)(call->c, at, n, v, call->c_kind);
    }
}

NJ_INLINE void NJ(few_rows_range)(
    const struct gemm_run *run, size_t from, size_t to, const size_t rows, const size_t panels,
    const nj_kind kind
) {
    for (; from + panels <= to; from += panels)
        NJ(few_rows_by)(run, from, rows, panels, kind);
    for (; from < to; from++) NJ(few_rows_by)(run, from, rows, 1, kind);
}

NJ_INLINE void NJ(few_rows_of)(
    const struct gemm_run *run, size_t from, size_t to, const nj_kind kind
) {
    switch (run->call->m) {
    case 1: NJ(few_rows_range)(run, from, to, 1, 4, kind); break;
    case 2: NJ(few_rows_range)(run, from, to, 2, 3, kind); break;
#if NJ_TILE_ROWS >= 6
    case 3: NJ(few_rows_range)(run, from, to, 3, 2, kind); break;
    case 4: NJ(few_rows_range)(run, from, to, 4, 1, kind); break;
    case 5: NJ(few_rows_range)(run, from, to, 5, 1, kind); break;
    case 6: NJ(few_rows_range)(run, from, to, 6, 1, kind); break;
#endif
    }
}

// Panels from..<to of all columns, for at most SMALL_ROWS rows.
static void NJ(few_rows)(void *context, size_t from, size_t to, int thread) {
    const struct gemm_run *run = context;
    (void)thread;
    if (run->panel_kind == NJ_BF16)
        NJ(few_rows_of)(run, from, to, NJ_BF16);
    else
        NJ(few_rows_of)(run, from, to, NJ_F32);
}

static size_t NJ(tile_rows)(void) { return NJ_TILE_ROWS; }
