// Products of at most SMALL_ROWS rows, as in generation: part of gemm.c, read once per instruction
// set.

// Few rows against `panels` panels of b at once, so that enough sums are in flight to hide the
// latency of one; b is read from memory once. Integers come in fours or in halves of them.
NJ_INLINE void NJ(few_rows_by)(
    const struct gemm_run *run, size_t first, const size_t rows, const size_t panels,
    const nj_kind kind, const bool pairs
) {
    enum { PARTS = 16 / NJ_REGISTER_LANES };
    const nj_gemm_call *call = run->call;
    const size_t k = run->steps, count = rows * panels * PARTS, bytes = nj_kind_bytes(kind);
    // Elements from step to step and from panel to panel.
    const size_t step = kind == NJ_I8 ? GROUP : 16, apart = kind == NJ_I8 ? 16 : k * 16;
    float sums[SMALL_ROWS * SMALL_PANELS * 16];
    for (size_t k0 = 0; k0 < k; k0 += DEPTH) {
        size_t k1 = nj_min(k0 + DEPTH, k);
        NJ(reg) sum[SMALL_ROWS * SMALL_PANELS * PARTS];
        for (size_t i = 0; i < count; i++) sum[i] = (NJ(reg)){0};
        const float *a = run->a_panel + k0 * NJ_TILE_ROWS;
        const char *b = (const char *)run->panels + panel_at(first, k0, k, kind) * bytes;
        for (size_t at = k0; at < k1; at++) {
            for (size_t p = 0; p < (kind == NJ_I8 ? 1 : panels); p++)
                __builtin_prefetch(b + p * apart * bytes + FETCH_AHEAD);
            // Whichever is the fewer stays in registers meanwhile: a's rows or b's columns.
            if (rows <= (kind == NJ_F32 ? 3 : 4))
                for (size_t p = 0; p < panels * PARTS; p++) {
                    size_t index = p / PARTS * apart + p % PARTS * NJ_REGISTER_LANES;
                    NJ(reg) column = NJ(load_reg)(b, index, kind);
                    for (size_t i = 0; i < rows; i++)
                        sum[i * panels * PARTS + p] = NJ(multiply_add)(
                            sum[i * panels * PARTS + p], a[i], column, pairs);
                }
            else
                for (size_t i = 0; i < rows; i++)
                    for (size_t p = 0; p < PARTS; p++)
                        sum[i * PARTS + p] = NJ(multiply_add)(
                            sum[i * PARTS + p], a[i],
                            NJ(load_reg)(b, p * NJ_REGISTER_LANES, kind), pairs);
            for (size_t i = 0; i < count; i++) NJ_KEEP(sum[i]);
            a += NJ_TILE_ROWS;
            b += step * bytes;
        }
        for (size_t i = 0; i < count; i++) {
            float *to = sums + i * NJ_REGISTER_LANES;
            if (k0 > 0) sum[i] = NJ(load_reg)(to, 0, NJ_F32) + sum[i];
            __builtin_memcpy(to, &sum[i], sizeof sum[i]);
        }
        if (k0 > 0 || !call->accumulate || call->c_kind != NJ_F32 || kind == NJ_I8) continue;
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
        if (kind == NJ_I8) v = v * NJ(load_f32)(run->scales + column);
        if (call->accumulate && (call->c_kind == NJ_BF16 || kind == NJ_I8))
            v = NJ(load_some)(call->c, at, n, call->c_kind) + v;
        NJ(store_some)(call->c, at, n, v, call->c_kind);
    }
}

NJ_INLINE void NJ(few_rows_range)(
    const struct gemm_run *run, size_t from, size_t to, const size_t rows, const size_t panels,
    const nj_kind kind, const bool pairs
) {
    for (; from + panels <= to; from += panels)
        NJ(few_rows_by)(run, from, rows, panels, kind, pairs);
    for (; from < to; from++) NJ(few_rows_by)(run, from, rows, 1, kind, pairs);
}

NJ_INLINE void NJ(few_rows_of)(
    const struct gemm_run *run, size_t from, size_t to, const nj_kind kind, const bool pairs
) {
    switch (run->call->m) {
    case 1: NJ(few_rows_range)(run, from, to, 1, 4, kind, pairs); break;
    case 2: NJ(few_rows_range)(run, from, to, 2, kind == NJ_I8 ? 2 : 3, kind, pairs); break;
#if NJ_TILE_ROWS >= 6
    case 3: NJ(few_rows_range)(run, from, to, 3, 2, kind, pairs); break;
    case 4: NJ(few_rows_range)(run, from, to, 4, 1, kind, pairs); break;
    case 5: NJ(few_rows_range)(run, from, to, 5, 1, kind, pairs); break;
    case 6: NJ(few_rows_range)(run, from, to, 6, 1, kind, pairs); break;
#endif
    }
}

// Panels from..<to of all columns, for at most SMALL_ROWS rows.
static void NJ(few_rows)(void *context, size_t from, size_t to, int thread) {
    const struct gemm_run *run = context;
    (void)thread;
    if (NJ_MULTIPLIES_BF16 && run->pairs)
        NJ(few_rows_of)(run, from, to, NJ_F32, NJ_MULTIPLIES_BF16);
    else if (run->panel_kind == NJ_I8)
        NJ(few_rows_of)(run, from, to, NJ_I8, false);
    else if (run->panel_kind == NJ_BF16)
        NJ(few_rows_of)(run, from, to, NJ_BF16, false);
    else
        NJ(few_rows_of)(run, from, to, NJ_F32, false);
}
