// The register tiles of the matrix product: part of gemm.c, read once per instruction set.

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
        if (work->rounded) __builtin_prefetch(work->rounded + (size_t)i * work->rounded_stride, 1);
        if (work->rounded && !work->add) continue;
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
        a += NJ_A_WIDTH;                                                                      \
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
        const size_t until_line = STEPS_A_LINE / each;
        size_t at = 0;
        for (; work->packed_next->rows && at + until_line <= depth; at += until_line) {
            for (int line = 0; line < work->packed_next->at_once; line++)
                __builtin_prefetch(next_line(work->packed_next), 0, 2);
#pragma clang loop unroll_count(4)
            for (size_t step = 0; step < until_line; step++) NJ_STEP
        }
#pragma clang loop unroll_count(4)
        for (; at < depth; at++) NJ_STEP
    }
#undef NJ_STEP
    if (each == 4)
        NJ_ALL for (int i = 0; i < rows; i++)
            NJ_ALL for (int p = 0; p < parts; p++) sum[i][p] = NJ(from_integers)(sum[i][p]);
#undef NJ_ALL
    // Loops of their own, not a choice per element: its mask would cost the tile a register.
    if (work->add)
#pragma clang loop unroll(full)
        for (int i = 0; i < rows; i++) {
            NJ(reg) old[MOST];
            __builtin_memcpy(old, c + (size_t)i * stride, (size_t)parts * sizeof *old);
            for (int p = 0; p < parts; p++) sum[i][p] += old[p];
        }
    // What the machine's bf16 products leave is never a number that its own rounding takes for zero.
    if (NJ_MULTIPLIES_BF16 && each == 2 && wide && work->rounded && !work->add)
#pragma clang loop unroll(full)
        for (int i = 0; i < rows; i++) {
            nj_v16 halves[2];
            __builtin_memcpy(halves, sum[i], sizeof halves);
            nj_h32 h = NJ(round_both)(halves[0], halves[1]);
            __builtin_memcpy(work->rounded + (size_t)i * work->rounded_stride, &h, sizeof h);
        }
    else if (work->rounded)
#pragma clang loop unroll(full)
        for (int i = 0; i < rows; i++)
            for (int p = 0; p < parts; p += PANEL) {
                nj_v16 v;
                __builtin_memcpy(&v, &sum[i][p], sizeof v);
                NJ(store_bf16)(
                    work->rounded + (size_t)i * work->rounded_stride + p / PANEL * 16, v);
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
    aside.rounded = NULL;
    NJ(tile_of)(&aside, rows, false, each);
    for (size_t i = 0; i < rows; i++) {
        nj_v16 v = NJ(load_f32)(whole + i * 16);
        if (work->add) v = NJ(load_some)(work->c, i * work->stride, columns, NJ_F32) + v;
        if (work->rounded)
            NJ(store_some)(work->rounded, i * work->rounded_stride, columns, v, NJ_BF16);
        else
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
        if (work.rounded) work.rounded += own * work.rounded_stride;
        work.a += work.depth * NJ_A_WIDTH;
    }
}
