// The register tiles of the matrix product and the loops around them: part of gemm.c.

// The partial sum over `depth` steps of one tile, written to c or added to it.
//
// Written in the machine's own registers: as vectors of 16 the compiler spills half of the sums.
static inline __attribute__((always_inline)) void NJ(tile)(
    const float *a, const float *b, size_t depth, float *c, size_t stride, bool add
) {
    enum { PARTS = 16 / NJ_REGISTER_LANES };
    typedef float reg __attribute__((vector_size(NJ_REGISTER_LANES * 4)));
    reg sum[NJ_TILE_ROWS][PARTS];
    for (int i = 0; i < NJ_TILE_ROWS; i++) {
        for (int p = 0; p < PARTS; p++) sum[i][p] = (reg){0};
        __builtin_prefetch(c + (size_t)i * stride, 1);
    }
    for (size_t at = 0; at < depth; at++, a += NJ_TILE_ROWS, b += 16) {
        reg column[PARTS];
        __builtin_memcpy(column, b, sizeof column);
        for (int i = 0; i < NJ_TILE_ROWS; i++)
            for (int p = 0; p < PARTS; p++) sum[i][p] += a[i] * column[p];
        for (int i = 0; i < NJ_TILE_ROWS; i++)
            for (int p = 0; p < PARTS; p++) NJ_KEEP(sum[i][p]);
    }
    // Two loops, not a choice per element: its mask would cost the tile a register.
    if (add)
        for (int i = 0; i < NJ_TILE_ROWS; i++) {
            reg old[PARTS];
            __builtin_memcpy(old, c + (size_t)i * stride, sizeof old);
            for (int p = 0; p < PARTS; p++) old[p] += sum[i][p];
            __builtin_memcpy(c + (size_t)i * stride, old, sizeof old);
        }
    else
        for (int i = 0; i < NJ_TILE_ROWS; i++)
            __builtin_memcpy(c + (size_t)i * stride, sum[i], sizeof sum[i]);
}

// A tile at an edge of c: computed whole, `rows` by `columns` of it kept.
static __attribute__((noinline)) void NJ(edge_tile)(
    const float *a, const float *b, size_t depth, float *c, size_t stride, bool add, size_t rows,
    size_t columns
) {
    float whole[NJ_TILE_ROWS * 16];
    NJ(tile)(a, b, depth, whole, 16, false);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            c[i * stride + j] = add ? c[i * stride + j] + whole[i * 16 + j] : whole[i * 16 + j];
}

// All tiles of one panel of b against the panels of a, for one partial sum.
static __attribute__((noinline)) void NJ(panel_tiles)(
    const float *a, size_t k, const float *b, size_t depth, float *c, size_t stride, bool add,
    size_t rows, size_t columns
) {
    for (size_t i = 0; i < rows; i += NJ_TILE_ROWS, a += k * NJ_TILE_ROWS) {
        float *tile = c + i * stride;
        if (rows - i >= NJ_TILE_ROWS && columns == 16)
            NJ(tile)(a, b, depth, tile, stride, add);
        else
            NJ(edge_tile)(
                a, b, depth, tile, stride, add, nj_min(NJ_TILE_ROWS, rows - i), columns);
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

// One block of rows by one block of columns of c.
static void NJ(gemm_block)(void *context, size_t index, int thread) {
    const struct gemm_run *run = context;
    const nj_gemm_call *call = run->call;
    const size_t k = call->k;
    size_t row = index / run->column_blocks * run->block_rows;
    size_t rows = nj_min(run->block_rows, call->m - row);
    size_t begin = index % run->column_blocks * run->block_columns;
    size_t end = nj_min(begin + run->block_columns, run->columns);
    if (begin >= end) return;

    size_t a_count = nj_round_up(nj_round_up(rows, NJ_TILE_ROWS) * k + 16, 16);
    float *a = nj_thread_scratch(
        thread, (a_count + DEPTH * 16 + (BLOCK_ROWS_MOST * WIDTH)) * sizeof(float));
    float *converted = a + a_count, *sums = converted + DEPTH * 16;
    NJ(pack_a)(call, row, rows, a);

    for (size_t left = begin; left < end; left += WIDTH) {
        size_t width = nj_min(WIDTH, end - left);
        bool direct = call->c_kind == NJ_F32;
        size_t stride = direct ? call->n : WIDTH;
        float *c = direct ? (float *)call->c + row * call->n + run->column + left : sums;
        for (size_t k0 = 0; k0 < k; k0 += DEPTH) {
            size_t depth = nj_min(DEPTH, k - k0);
            bool add = k0 > 0 || (direct && call->accumulate);
            for (size_t j = 0; j < width; j += 16) {
                size_t offset = (left + j) * k + k0 * 16;
                const float *b = (const float *)run->panels + offset;
                if (run->panel_kind == NJ_BF16) {
                    for (size_t i = 0; i < depth; i++)
                        NJ(store_f32)(converted + i * 16,
                            NJ(load_bf16)((const uint16_t *)run->panels + offset + i * 16));
                    b = converted;
                }
                NJ(panel_tiles)(
                    a + k0 * NJ_TILE_ROWS, k, b, depth, c + j, stride, add, rows,
                    direct ? nj_min(16, width - j) : 16);
            }
        }
        if (!direct)
            NJ(finish_bf16)(
                sums, WIDTH, (uint16_t *)call->c + row * call->n + run->column + left, call->n,
                rows, width, call->accumulate);
    }
}

// Few rows against `panels` panels of b at once, so that enough sums are in flight to hide the
// latency of one; b is read from memory once.
NJ_INLINE void NJ(few_rows_by)(
    const struct gemm_run *run, const float *a, size_t first, const size_t rows,
    const size_t panels, const nj_kind kind
) {
    const nj_gemm_call *call = run->call;
    const size_t k = call->k;
    float sums[SMALL_ROWS * SMALL_PANELS * 16];
    for (size_t k0 = 0; k0 < k; k0 += DEPTH) {
        size_t k1 = nj_min(k0 + DEPTH, k);
        nj_v16 sum[SMALL_ROWS * SMALL_PANELS];
        for (size_t i = 0; i < rows * panels; i++) sum[i] = NJ(splat)(0);
        for (size_t at = k0; at < k1; at++)
            for (size_t p = 0; p < panels; p++) {
                nj_v16 column = NJ(load)(run->panels, ((first + p) * k + at) * 16, kind);
                for (size_t i = 0; i < rows; i++)
                    sum[i * panels + p] += a[at * NJ_TILE_ROWS + i] * column;
            }
        for (size_t i = 0; i < rows * panels; i++) {
            float *to = sums + i * 16;
            if (k0 > 0) sum[i] = NJ(load_f32)(to) + sum[i];
            else if (call->accumulate && call->c_kind == NJ_F32) {
                size_t column = (first + i % panels) * 16;
                sum[i] = NJ(load_some)(
                    call->c, i / panels * call->n + column, nj_min(16, call->n - column), NJ_F32)
                    + sum[i];
            }
            NJ(store_f32)(to, sum[i]);
        }
    }
    for (size_t i = 0; i < rows * panels; i++) {
        size_t column = (first + i % panels) * 16, count = nj_min(16, call->n - column);
        size_t at = i / panels * call->n + column;
        nj_v16 v = NJ(load_f32)(sums + i * 16);
        if (call->c_kind == NJ_BF16) {
            if (call->accumulate) v = NJ(load_some)(call->c, at, count, NJ_BF16) + v;
            NJ(store_some)(call->c, at, count, v, NJ_BF16);
        } else {
            NJ(store_some)(call->c, at, count, v, NJ_F32);
        }
    }
}

NJ_INLINE void NJ(few_rows_range)(
    const struct gemm_run *run, size_t from, size_t to, const size_t rows, const size_t panels,
    const nj_kind kind
) {
    for (; from + panels <= to; from += panels)
        NJ(few_rows_by)(run, run->a_panel, from, rows, panels, kind);
    for (; from < to; from++) NJ(few_rows_by)(run, run->a_panel, from, rows, 1, kind);
}

NJ_INLINE void NJ(few_rows_of)(
    const struct gemm_run *run, size_t from, size_t to, const nj_kind kind
) {
    switch (run->call->m) {
    case 1: NJ(few_rows_range)(run, from, to, 1, 6, kind); break;
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
