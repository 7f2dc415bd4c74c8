// The loops around the tiles: one block of c, and the packing of what it multiplies. Part of gemm.c, read
// once per instruction set.

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

// Packs the panels of b that columns column..<column+columns lie in for the partial sum from step k0 on,
// or waits for the thread that does.
static void NJ(pack_at_use)(const struct gemm_run *run, size_t column, size_t columns, size_t k0) {
    const size_t depth = nj_min(run->depth, run->steps - k0);
    for (size_t panel = column / 16; panel * 16 < column + columns; panel++) {
        uint8_t *state = packing_state(run, panel, k0);
        if (__atomic_load_n(state, __ATOMIC_ACQUIRE) == PACKED) continue;
        uint8_t found = NOT_PACKED;
        if (__atomic_compare_exchange_n(
                state, &found, BEING_PACKED, false, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE)) {
            NJ(pack_steps)(run->pack, panel, panel + 1, k0, k0 + depth);
            __atomic_store_n(state, PACKED, __ATOMIC_RELEASE);
        } else {
            nj_await(state, PACKED);
        }
    }
}

// Up to 32 columns of one block, from column `left` of the pass on, for the partial sum from step k0 on.
// `work` says what of a they meet; then `next` columns further panels follow, or none where that is 0.
static void NJ(meet_panels)(
    const struct gemm_run *run, const struct block *block, struct tile_work work, size_t left,
    size_t columns, ptrdiff_t next, size_t k0
) {
    const size_t apart = panel_bytes(run);
    const size_t step = 16 * nj_kind_bytes(run->panel_kind);  // bytes of a panel's
    const int each = run->quads ? 4 : run->pairs ? 2 : 1;
    const bool wide = NJ_WIDE && columns == 32;
    for (size_t j = 0, taken = wide ? 32 : 16; j < columns; j += taken) {
        const char *panel = (const char *)run->panels + (left + j) / 16 * apart;
        work.b = (const float *)(panel + k0 * step);
        work.apart = work.ahead_apart = apart / sizeof(float);
        work.offsets = offsets_at(run, left + j, k0);
        work.ahead = NULL;
        if (j + taken < columns)
            work.ahead = work.b + work.apart;
        else if (next)
            work.ahead = work.b + (next - (ptrdiff_t)j) / 16 * (ptrdiff_t)work.apart;
        if (run->panel_kind != NJ_F32) {
            for (size_t p = 0; p < taken / 16; p++) {
                float *to = block->converted + p * 16 * work.depth;
                if (run->panel_kind == NJ_BF16)
                    NJ(widen_panel)(panel + p * apart, k0, work.depth, to, NJ_BF16);
                else
                    NJ(widen_panel)(panel + p * apart, k0, work.depth, to, NJ_I8);
            }
            work.b = block->converted;
            work.apart = 16 * work.depth;
        }
        NJ(panel_tiles)(
            work, block->rows, is_direct(run) || work.rounded ? nj_min(16, columns - j) : 16,
            step / sizeof(float), wide, each);
        work.c += taken;
        if (work.rounded) work.rounded += taken;
    }
}

// Columns left..<left+width of one block of rows. A slice of a is packed when `packs`, just before it is
// used. Where b is packed at its use every thread begins at another panel, so that they share that out.
static void NJ(gemm_columns)(
    const struct gemm_run *run, const struct block *block, size_t left, size_t width, bool packs,
    bool is_last
) {
    const nj_gemm_call *call = run->call;
    const size_t k = run->steps, parts = nj_ceil_div(width, 32), column = run->column + left;
    const size_t turn = run->pack ? parts * (size_t)block->thread / (size_t)nj_threads() : 0;
    const size_t corner = block->row * call->n + column;
    float *c = is_direct(run) ? (float *)call->c + corner : block->sums;
    uint16_t *rounded = rounds_at_once(run) ? (uint16_t *)call->c + corner : NULL;
    struct line_walk next_a = {.rows = 0}, next_b;
    struct tile_work work
        = {.stride = is_direct(run) ? call->n : WIDTH, .rounded_stride = call->n};
    float *a = block->a;
    for (size_t k0 = 0; k0 < k; k0 += run->depth, a += block->slice) {
        const size_t depth = nj_min(run->depth, k - k0);
        if (packs) NJ(pack_a)(call, block->row, block->rows, k0, k0 + depth, a, run->pairs);
        if (k0 + depth < k && packs)
            next_a = walk_over_a(run, block->row, block->rows, k0 + depth);
        else if (k0 + depth == k && is_last && block->next_rows > 0)
            next_a = walk_over_a(run, block->next_row, block->next_rows, 0);
        work.a = a;
        work.depth = depth;
        work.add = k0 > 0 || (is_direct(run) && call->accumulate);
        for (size_t part = 0; part < parts; part++) {
            const size_t j = (part + turn) % parts * 32, columns = nj_min(32, width - j);
            const size_t next_j = (part + 1 + turn) % parts * 32;
            ptrdiff_t next = part + 1 < parts ? (ptrdiff_t)next_j - (ptrdiff_t)j : 0;
            work.packed_next = &next_a;
            if (run->pack) {
                NJ(pack_at_use)(run, left + j, columns, k0);
                size_t next_k0 = next ? k0 : k0 + depth;
                if (next_k0 < k && is_unpacked(run, left + next_j, next_k0)) {
                    next_b = walk_over_b(run, left + next_j, next_k0);
                    work.packed_next = &next_b;
                    next = 0;
                }
            }
            work.c = c + j;
            if (rounded && k0 + depth == k) work.rounded = rounded + j;
            NJ(meet_panels)(run, block, work, left + j, columns, next, k0);
        }
    }
    if (is_direct(run) || rounded) return;
    if (call->c_kind == NJ_BF16)
        NJ(finish)(run, block->sums, block->row, column, block->rows, width, NJ_BF16);
    else
        NJ(finish)(run, block->sums, block->row, column, block->rows, width, NJ_F32);
}

// One block of rows by one block of columns of c.
static void NJ(gemm_block)(void *context, size_t index, int thread) {
    struct gemm_run *run = context;
    const size_t row_block = index / run->column_blocks;
    struct block block = {.row = first_row(run, row_block), .thread = thread};
    block.rows = first_row(run, row_block + 1) - block.row;
    size_t begin = index % run->column_blocks * run->block_columns;
    size_t end = nj_min(begin + run->block_columns, run->columns);
    if (begin >= end) return;

    // With one block of columns a slice of a is used once, so that one slice of memory is enough.
    // With one block of rows it serves the thread's other blocks too.
    bool keeps = run->row_blocks == 1 && thread < THREADS_REMEMBERED;
    bool once = end - begin <= WIDTH && !keeps;
    size_t padded = nj_ceil_div(block.rows, NJ_TILE_ROWS) * NJ_A_WIDTH, slice = padded * run->depth;
    size_t a_count
        = nj_round_up((once ? nj_min(run->steps, run->depth) : run->steps) * padded + 16, 16);
    block.a = nj_thread_scratch(
        thread, (a_count + DEPTH * 32 + BLOCK_ROWS_MOST * WIDTH) * sizeof(float));
    block.slice = once ? 0 : slice;
    block.converted = block.a + a_count;
    block.sums = block.converted + DEPTH * 32;
    bool packs = !keeps || !run->holds_a[thread];
    if (keeps) run->holds_a[thread] = true;
    // As long as threads take turns.
    const size_t next = (index + (size_t)nj_threads()) / run->column_blocks;
    if (!keeps && next < run->row_blocks) {
        block.next_row = first_row(run, next);
        block.next_rows = first_row(run, next + 1) - block.next_row;
    }
    for (size_t left = begin; left < end; left += WIDTH)
        NJ(gemm_columns)(
            run, &block, left, nj_min(WIDTH, end - left), packs && left == begin,
            left + WIDTH >= end);
}
