// Products of at most SMALL_ROWS rows, as in generation: part of gemm.c, read once per instruction
// set.

// Few rows against `panels` panels of b at once, so that enough sums are in flight to hide the
// latency of one; b is read from memory once.
NJ_INLINE void NJ(few_rows_by)(
    const struct gemm_run *run, size_t first, const size_t rows, const size_t panels,
    const nj_kind kind, const int each
) {
    enum { LANES = NJ_REGISTER_LANES, PARTS = 16 / LANES };
    const nj_gemm_call *call = run->call;
    const size_t k = run->steps, count = rows * panels * PARTS, apart = panel_bytes(run);
    const size_t depth_most = each == 4 ? NJ_INTEGER_SUM / 4 : DEPTH;
    float sums[SMALL_ROWS * SMALL_PANELS * 16];
    for (size_t k0 = 0; k0 < k; k0 += depth_most) {
        size_t k1 = nj_min(k0 + depth_most, k);
        NJ(reg) sum[SMALL_ROWS * SMALL_PANELS * PARTS];
        for (size_t i = 0; i < count; i++)
            sum[i] = each == 4
                ? NJ(load_reg)(offsets_at(run, first * 16, k0), i % (panels * PARTS) * LANES, NJ_F32)
                : (NJ(reg)){0};
        const float *a = run->a_panel + k0 * NJ_A_WIDTH;
        const char *b = (const char *)run->panels + first * apart;
#define NJ_COLUMN(p)                                                                        \
    (kind == NJ_I8                                                                          \
         ? NJ(load_integers)((const int8_t *)b + (p) / PARTS * apart, at, (p) % PARTS * LANES) \
         : NJ(load_reg)(b + (p) / PARTS * apart, at * 16 + (p) % PARTS * LANES, kind))
        for (size_t at = k0; at < k1; at++) {
            for (size_t p = 0; p < panels; p++)
                __builtin_prefetch(
                    b + p * apart + at * 16 * nj_kind_bytes(kind) + FETCH_AHEAD);
            // Whichever is the fewer stays in registers meanwhile: a's rows or b's columns.
            if (rows <= (kind == NJ_F32 ? 3 : 4))
                for (size_t p = 0; p < panels * PARTS; p++) {
                    NJ(reg) column = NJ_COLUMN(p);
                    for (size_t i = 0; i < rows; i++)
                        sum[i * panels * PARTS + p] = NJ(multiply_add)(
                            sum[i * panels * PARTS + p], a[i], column, each);
                }
            else
                for (size_t i = 0; i < rows; i++)
                    for (size_t p = 0; p < PARTS; p++)
                        sum[i * PARTS + p]
                            = NJ(multiply_add)(sum[i * PARTS + p], a[i], NJ_COLUMN(p), each);
            for (size_t i = 0; i < count; i++) NJ_KEEP(sum[i]);
            a += NJ_A_WIDTH;
        }
#undef NJ_COLUMN
        for (size_t i = 0; i < count; i++) {
            float *to = sums + i * LANES;
            if (each == 4) sum[i] = NJ(from_integers)(sum[i]);
            if (k0 > 0) sum[i] = NJ(load_reg)(to, 0, NJ_F32) + sum[i];
            __builtin_memcpy(to, &sum[i], sizeof sum[i]);
        }
        if (k0 > 0 || !call->accumulate || call->c_kind != NJ_F32 || run->scales) continue;
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
        if (run->scales) v = v * NJ(load_f32)(run->scales + column) * run->row_scales[i / panels];
        if (call->accumulate && (call->c_kind == NJ_BF16 || run->scales))
            v = NJ(load_some)(call->c, at, n, call->c_kind) + v;
        NJ(store_some)(call->c, at, n, v, call->c_kind);
    }
}

NJ_INLINE void NJ(few_rows_range)(
    const struct gemm_run *run, size_t from, size_t to, const size_t rows, const size_t panels,
    const nj_kind kind, const int each
) {
    for (; from + panels <= to; from += panels)
        NJ(few_rows_by)(run, from, rows, panels, kind, each);
    for (; from < to; from++) NJ(few_rows_by)(run, from, rows, 1, kind, each);
}

NJ_INLINE void NJ(few_rows_of)(
    const struct gemm_run *run, size_t from, size_t to, const nj_kind kind, const int each
) {
    switch (run->call->m) {
    case 1: NJ(few_rows_range)(run, from, to, 1, 4, kind, each); break;
    case 2: NJ(few_rows_range)(run, from, to, 2, 3, kind, each); break;
#if NJ_TILE_ROWS >= 6
    case 3: NJ(few_rows_range)(run, from, to, 3, 2, kind, each); break;
    case 4: NJ(few_rows_range)(run, from, to, 4, 1, kind, each); break;
    case 5: NJ(few_rows_range)(run, from, to, 5, 1, kind, each); break;
    case 6: NJ(few_rows_range)(run, from, to, 6, 1, kind, each); break;
#endif
    }
}

// Panels from..<to of all columns, for at most SMALL_ROWS rows.
static void NJ(few_rows)(void *context, size_t from, size_t to, int thread) {
    const struct gemm_run *run = context;
    (void)thread;
    if (NJ_MULTIPLIES_BF16 && run->pairs)
        NJ(few_rows_of)(run, from, to, NJ_F32, NJ_MULTIPLIES_BF16 ? 2 : 1);
    else if (NJ_MULTIPLIES_I8 && run->quads)
        NJ(few_rows_of)(run, from, to, NJ_F32, NJ_MULTIPLIES_I8 ? 4 : 1);
    else if (run->panel_kind == NJ_I8)
        NJ(few_rows_of)(run, from, to, NJ_I8, 1);
    else if (run->panel_kind == NJ_BF16)
        NJ(few_rows_of)(run, from, to, NJ_BF16, 1);
    else
        NJ(few_rows_of)(run, from, to, NJ_F32, 1);
}
