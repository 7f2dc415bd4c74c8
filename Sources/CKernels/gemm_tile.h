// The register tiles of the matrix product and the loops around them: part of gemm.c.

// Whether there are registers for the sums of a tile of 32 columns, in place of 16.
#undef NJ_WIDE
#define NJ_WIDE (NJ_REGISTER_LANES == 16)

// A tile's partial sum, of `rows` rows and one panel of b or, where `wide`, of two side by side: a number of
// a is read once for two multiplications, for processors make two of them in the time of two such reads.
// `each` is how many k a step takes (`multiply_add`).
//
// Written in the machine's own registers: as vectors of 16 the compiler spills half of the sums.
NJ_INLINE void NJ(tile)(
    const struct tile_work *work, const int rows, const bool wide, const int each
) {
    enum { PANEL = 16 / NJ_REGISTER_LANES, MOST = NJ_WIDE ? 2 * PANEL : PANEL };
    const int parts = wide ? MOST : PANEL;
    const size_t fetched = fetched_a_step(each);
    const float *a = work->a, *b = work->b, *ahead = work->ahead;
    const size_t apart = work->apart, depth = work->depth, stride = work->stride;
    const size_t pace = work->pace, ahead_apart = work->ahead_apart;
    float *c = work->c;
    NJ(reg) sum[NJ_TILE_ROWS][MOST];
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
        for (int p = 0; p < parts; p++)
            sum[i][p] = each == 4
                ? NJ(load_reg)(work->offsets, (size_t)p * NJ_REGISTER_LANES, NJ_F32) : (NJ(reg)){0};
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
                sum[i][p] = NJ(multiply_add)(sum[i][p], a[i], column[p], each);               \
        NJ_ALL for (int i = 0; i < rows; i++)                                                 \
            NJ_ALL for (int p = 0; p < parts; p++) NJ_KEEP(sum[i][p]);                        \
        a += NJ_TILE_ROWS;                                                                    \
        b += 16;                                                                              \
    }
    // 28 registers of sums are more than the compiler unrolls unasked.
#define NJ_ALL _Pragma("clang loop unroll(full)")
    if (work->fetches)
        for (size_t at = 0; at < depth; at++) {
            const char *piece = work->pieces[at * fetched / NJ_FETCHED_PIECE]
                + at * fetched % NJ_FETCHED_PIECE;
            for (size_t line = 0; line < fetched; line += 64)
                __builtin_prefetch(piece + line, 0, 2);
            __builtin_prefetch(ahead + at * pace);
            if (wide) __builtin_prefetch(ahead + ahead_apart + at * pace);
            NJ_STEP
        }
    else if (ahead)
        for (size_t at = 0; at < depth; at++) {
            __builtin_prefetch(ahead + at * pace);
            if (wide) __builtin_prefetch(ahead + ahead_apart + at * pace);
            NJ_STEP
        }
    else {
        const int a_line = STEPS_A_LINE / each;
        size_t at = 0;
        for (; work->next_a->rows && at + (size_t)a_line <= depth; at += (size_t)a_line) {
            __builtin_prefetch(next_line(work->next_a), 0, 2);
#pragma clang loop unroll_count(4)
            for (int step = 0; step < a_line; step++) NJ_STEP
        }
#pragma clang loop unroll_count(4)
        for (; at < depth; at++) NJ_STEP
    }
#undef NJ_STEP
    if (each == 4)
        NJ_ALL for (int i = 0; i < rows; i++)
            NJ_ALL for (int p = 0; p < parts; p++) sum[i][p] = NJ(from_integers)(sum[i][p]);
#undef NJ_ALL
    // Two loops, not a choice per element: its mask would cost the tile a register.
    if (work->add)
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
    const struct tile_work *work, size_t rows, const bool wide, const int each
) {
#define NJ_CASE(height) \
    case height: NJ(tile)(work, height, wide, each); break;
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
    const struct tile_work *work, size_t rows, bool wide, int each
) {
#define NJ_TILES_OF(each)                                  \
    do {                                                   \
        if (NJ_WIDE && wide)                               \
            NJ(tile_by_rows)(work, rows, NJ_WIDE, each);   \
        else                                               \
            NJ(tile_by_rows)(work, rows, false, each);     \
    } while (0)
#if NJ_MULTIPLIES_BF16
    if (each == 2) {
        NJ_TILES_OF(2);
        return;
    }
#endif
#if NJ_MULTIPLIES_I8
    if (each == 4) {
        NJ_TILES_OF(4);
        return;
    }
#endif
    NJ_TILES_OF(1);
#undef NJ_TILES_OF
}

// A tile at the right edge of c: computed aside, `columns` of it kept.
static __attribute__((noinline)) void NJ(edge_tile)(
    const struct tile_work *work, size_t rows, size_t columns, int each
) {
    float whole[NJ_TILE_ROWS * 16];
    struct tile_work aside = *work;
    aside.c = whole;
    aside.stride = 16;
    aside.add = false;
    NJ(tile_of)(&aside, rows, false, each);
    for (size_t i = 0; i < rows; i++) {
        nj_v16 v = NJ(load_f32)(whole + i * 16);
        if (work->add) v = NJ(load_some)(work->c, i * work->stride, columns, NJ_F32) + v;
        NJ(store_some)(work->c, i * work->stride, columns, v, NJ_F32);
    }
}

// All tiles of one panel of b, or of two side by side, against the panels of a, for one partial sum.
// Meanwhile the panel ahead, `span` floats a step, is fetched: by the last two tiles where there are
// many, by all where memory must keep up.
static __attribute__((noinline)) void NJ(panel_tiles)(
    struct tile_work work, size_t rows, size_t columns, size_t span, bool wide, int each
) {
    size_t tiles = nj_ceil_div(rows, NJ_TILE_ROWS), fetching = tiles <= FETCHING_TILES ? tiles : 2;
    size_t height = rows / tiles, higher = rows % tiles;
    const float *ahead = work.ahead;
    work.pace = nj_ceil_div(span, fetching);
    for (size_t t = 0; t < tiles; t++) {
        work.ahead = NULL;
        if (ahead && t + fetching >= tiles)
            work.ahead = ahead + (t + fetching - tiles) * work.depth * work.pace;
        size_t own = height + (t < higher);
        size_t pieces = nj_ceil_div(work.depth * fetched_a_step(each), NJ_FETCHED_PIECE);
        work.fetches = rows >= FETCHING_ROWS && nj_take_pieces(work.pieces, pieces, work.a);
        // Where there is nothing ahead, what is at hand already.
        if (work.fetches && !work.ahead) work.ahead = work.b;
        if (columns < 16)
            NJ(edge_tile)(&work, own, columns, each);
        else
            NJ(tile_of)(&work, own, wide, each);
        work.c += own * work.stride;
        work.a += work.depth * NJ_TILE_ROWS;
    }
}

// Whole sums [rows][WIDTH] as the numbers of c from row `row` and column `column` on: times the scales of
// their columns and rows, where there are any.
NJ_INLINE void NJ(finish)(
    const struct gemm_run *run, const float *sums, size_t row, size_t column, size_t rows,
    size_t columns, const nj_kind kind
) {
    const nj_gemm_call *call = run->call;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j += 16) {
            size_t count = nj_min(16, columns - j), at = (row + i) * call->n + column + j;
            nj_v16 v = NJ(load_f32)(sums + i * WIDTH + j);
            if (run->scales)
                v = v * NJ(load_f32)(run->scales + column + j) * run->row_scales[row + i];
            if (call->accumulate) v = NJ(load_some)(call->c, at, count, kind) + v;
            NJ(store_some)(call->c, at, count, v, kind);
        }
}

// Steps k0..<k0+depth of a panel of bf16 or of integers as f32.
NJ_INLINE void NJ(widen_panel)(
    const char *panel, size_t k0, size_t depth, float *to, const nj_kind kind
) {
    for (size_t at = 0; at < depth; at++)
        for (size_t i = 0; i < 16; i += NJ_REGISTER_LANES) {
            NJ(reg) v = kind == NJ_I8
                ? NJ(load_integers)((const int8_t *)panel, k0 + at, i)
                : NJ(load_reg)(panel, (k0 + at) * 16 + i, kind);
            __builtin_memcpy(to + at * 16 + i, &v, sizeof v);
        }
}

// Columns left..<left+width of one block of rows. `a` holds the block's panels, `slice` floats for
// every DEPTH steps; a slice is packed when `packs`, just before it is used. `next_rows` rows from
// `next_row` on are packed after this.
static void NJ(gemm_columns)(
    const struct gemm_run *run, size_t row, size_t rows, size_t left, size_t width, float *a,
    size_t slice, bool packs, size_t next_row, size_t next_rows, float *converted, float *sums
) {
    const nj_gemm_call *call = run->call;
    const size_t k = run->steps, apart = panel_bytes(run);
    const size_t step = 16 * nj_kind_bytes(run->panel_kind);  // bytes of a panel's
    const int each = run->quads ? 4 : run->pairs ? 2 : 1;
    bool direct = call->c_kind == NJ_F32 && !run->scales;
    float *c = direct ? (float *)call->c + row * call->n + run->column + left : sums;
    struct line_walk next_a = {.rows = 0};
    struct tile_work work = {.stride = direct ? call->n : WIDTH, .next_a = &next_a};
    for (size_t k0 = 0; k0 < k; k0 += run->depth, a += slice) {
        const size_t depth = nj_min(run->depth, k - k0);
        if (packs) NJ(pack_a)(call, row, rows, k0, k0 + depth, a, run->pairs);
        if (k0 + depth == k)
            next_a = walk_over_a(run, next_row, next_rows, 0);
        else if (packs)
            next_a = walk_over_a(run, row, rows, k0 + depth);
        work.a = a;
        work.depth = depth;
        work.add = k0 > 0 || (direct && call->accumulate);
        for (size_t j = 0, taken; j < width; j += taken) {
            const bool wide = NJ_WIDE && j + 32 <= width;
            taken = wide ? 32 : 16;
            const char *panel = (const char *)run->panels + (left + j) / 16 * apart;
            work.b = (const float *)(panel + k0 * step);
            work.apart = apart / sizeof(float);
            work.c = c + j;
            work.offsets = offsets_at(run, left + j, k0);
            work.ahead = NULL;
            work.ahead_apart = work.apart;
            if (j + taken < width) work.ahead = work.b + taken / 16 * work.apart;
            if (run->panel_kind != NJ_F32) {
                for (size_t p = 0; p < taken / 16; p++)
                    if (run->panel_kind == NJ_BF16)
                        NJ(widen_panel)(
                            panel + p * apart, k0, depth, converted + p * 16 * depth, NJ_BF16);
                    else
                        NJ(widen_panel)(
                            panel + p * apart, k0, depth, converted + p * 16 * depth, NJ_I8);
                work.b = converted;
                work.apart = 16 * depth;
            }
            NJ(panel_tiles)(
                work, rows, direct ? nj_min(16, width - j) : 16, step / sizeof(float), wide, each);
        }
    }
    if (direct) return;
    if (call->c_kind == NJ_BF16)
        NJ(finish)(run, sums, row, run->column + left, rows, width, NJ_BF16);
    else
        NJ(finish)(run, sums, row, run->column + left, rows, width, NJ_F32);
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
    size_t padded = nj_round_up(rows, NJ_TILE_ROWS), slice = padded * run->depth;
    size_t a_count
        = nj_round_up((once ? nj_min(run->steps, run->depth) : run->steps) * padded + 16, 16);
    float *a = nj_thread_scratch(
        thread, (a_count + DEPTH * 32 + BLOCK_ROWS_MOST * WIDTH) * sizeof(float));
    float *converted = a + a_count, *sums = converted + DEPTH * 32;
    bool packs = !keeps || !run->holds_a[thread];
    if (keeps) run->holds_a[thread] = true;
    // The thread's next block, as long as threads take turns.
    size_t next = (index + (size_t)nj_threads()) / run->column_blocks * run->block_rows;
    size_t next_rows = keeps || next >= call->m ? 0 : nj_min(run->block_rows, call->m - next);
    for (size_t left = begin; left < end; left += WIDTH)
        NJ(gemm_columns)(
            run, row, rows, left, nj_min(WIDTH, end - left), a, once ? 0 : slice,
            packs && left == begin, next, left + WIDTH < end ? 0 : next_rows, converted, sums);
}

static size_t NJ(tile_rows)(void) { return NJ_TILE_ROWS; }
