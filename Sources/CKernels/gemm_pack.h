// Panels for the matrix product: part of gemm.c, read once per instruction set.
//
// A panel holds `width` rows (of a) or columns (of b) side by side, step after step of k.

// One panel from `rows` rows (the rest are zeros) whose k lie side by side, `stride` apart.
// Writes whole groups of 8, so up to 7 floats beyond the panel: the next panel's, or slack.
NJ_INLINE void NJ(panel_from_rows)(
    const void *base, size_t first, size_t stride, size_t rows, size_t k, const size_t width,
    float *out, const nj_kind kind
) {
    const nj_v8 zero = {0};
    size_t at = 0;
    for (; at + 8 <= k; at += 8) {
        nj_v8 r[2][8];
        for (size_t g = 0; g < 2 && g * 8 < width; g++) {
            for (size_t i = 0; i < 8; i++) {
                size_t row = g * 8 + i;
                r[g][i] = row < width && row < rows
                    ? NJ(load8)(base, first + row * stride + at, kind) : zero;
            }
            NJ(transpose8)(r[g]);
        }
        for (size_t i = 0; i < 8; i++)
            for (size_t g = 0; g < 2 && g * 8 < width; g++)
                __builtin_memcpy(out + (at + i) * width + g * 8, &r[g][i], sizeof(nj_v8));
    }
    for (; at < k; at++)
        for (size_t row = 0; row < width; row++)
            out[at * width + row]
                = row < rows ? NJ(load1)(base, first + row * stride + at, kind) : 0;
}

// Steps k0..<k1 of one panel whose `width` entries lie side by side in each row of the source.
NJ_INLINE void NJ(panel_from_columns)(
    const void *base, size_t first, size_t stride, size_t entries, size_t k0, size_t k1,
    const size_t width, float *out, const nj_kind kind
) {
    for (size_t at = k0; at < k1; at++) {
        size_t source = first + at * stride;
        if (entries >= width && width == 16) {
            NJ(store_f32)(out + at * width, NJ(load)(base, source, kind));
            continue;
        }
        for (size_t i = 0; i < width; i++)
            out[at * width + i] = i < entries ? NJ(load1)(base, source + i, kind) : 0;
    }
}

// Rows row..<row+rows of op(a) in panels of NJ_TILE_ROWS; each panel [k][NJ_TILE_ROWS].
NJ_INLINE void NJ(pack_a_of)(
    const nj_gemm_call *call, size_t row, size_t rows, float *out, const nj_kind kind
) {
    const size_t width = NJ_TILE_ROWS, k = call->k;
    if (call->a_arrangement == NJ_PLAIN) {
        for (size_t i = 0; i < rows; i += width, out += k * width) {
            size_t have = nj_min(width, rows - i);
            if (have == width)
                NJ(panel_from_rows)(call->a, (row + i) * k, k, width, k, width, out, kind);
            else
                NJ(panel_from_rows)(call->a, (row + i) * k, k, have, k, width, out, kind);
        }
        return;
    }
    // Eight steps at a time: more rows, when they lie a power of two apart, evict each other.
    for (size_t k0 = 0; k0 < k; k0 += 8) {
        size_t k1 = nj_min(k0 + 8, k);
        float *panel = out;
        for (size_t i = 0; i < rows; i += width, panel += k * width) {
            size_t have = nj_min(width, rows - i);
            if (have == width)
                NJ(panel_from_columns)(call->a, row + i, call->m, width, k0, k1, width, panel, kind);
            else
                NJ(panel_from_columns)(call->a, row + i, call->m, have, k0, k1, width, panel, kind);
        }
    }
}

static void NJ(pack_a)(const nj_gemm_call *call, size_t row, size_t rows, float *out) {
    if (call->a_kind == NJ_BF16)
        NJ(pack_a_of)(call, row, rows, out, NJ_BF16);
    else
        NJ(pack_a_of)(call, row, rows, out, NJ_F32);
}

// Panels from..<to of 16 columns of op(b), as f32, counted from column `column`.
NJ_INLINE void NJ(pack_b_of)(
    const struct pack_run *run, size_t from, size_t to, const nj_kind kind
) {
    const size_t k = run->k, n = run->n;
    float *panels = run->panels;
    if (run->arrangement == NJ_TRANSPOSED) {
        for (size_t p = from; p < to; p++) {
            size_t first = run->column + p * 16, have = nj_min(16, n - first);
            float *out = panels + p * k * 16;
            if (have == 16)
                NJ(panel_from_rows)(run->b, first * k, k, 16, k, 16, out, kind);
            else
                NJ(panel_from_rows)(run->b, first * k, k, have, k, 16, out, kind);
        }
        return;
    }
    for (size_t k0 = 0; k0 < k; k0 += PACK_STEPS) {
        size_t k1 = nj_min(k0 + PACK_STEPS, k);
        for (size_t p = from; p < to; p++) {
            size_t first = run->column + p * 16, have = nj_min(16, n - first);
            float *out = panels + p * k * 16;
            if (have == 16)
                NJ(panel_from_columns)(run->b, first, n, 16, k0, k1, 16, out, kind);
            else
                NJ(panel_from_columns)(run->b, first, n, have, k0, k1, 16, out, kind);
        }
    }
}

static void NJ(pack_b)(void *context, size_t from, size_t to, int thread) {
    const struct pack_run *run = context;
    (void)thread;
    if (run->kind == NJ_BF16)
        NJ(pack_b_of)(run, from, to, NJ_BF16);
    else
        NJ(pack_b_of)(run, from, to, NJ_F32);
}

// Like pack_b for [n, k], but keeps bf16 as it is.
static void NJ(pack_b_bf16)(void *context, size_t from, size_t to, int thread) {
    const struct pack_run *run = context;
    (void)thread;
    const uint16_t *b = run->b;
    uint16_t *panels = run->panels;
    for (size_t p = from; p < to; p++) {
        size_t first = p * 16, have = nj_min(16, run->n - first);
        uint16_t *out = panels + p * run->k * 16;
        for (size_t i = 0; i < 16; i++)
            for (size_t at = 0; at < run->k; at++)
                out[at * 16 + i] = i < have ? b[(first + i) * run->k + at] : 0;
    }
}
