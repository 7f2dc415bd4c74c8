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
// `out` is the panel's step k0; `last` is the source's element count.
NJ_INLINE void NJ(panel_from_columns)(
    const void *base, size_t first, size_t stride, size_t entries, size_t k0, size_t k1,
    const size_t width, float *out, const nj_kind kind, size_t last
) {
    const size_t lanes = width <= 8 ? 8 : 16;
    for (size_t at = k0; at < k1; at++, out += width) {
        size_t source = first + at * stride;
        // Whole vectors where what they read exists and what they write too much comes later.
        bool whole = width == lanes ? entries == width
            : entries == width && source + lanes <= last && at + 1 < k1;
        if (whole && lanes == 16) {
            NJ(store_f32)(out, NJ(load)(base, source, kind));
        } else if (whole) {
            nj_v8 v = NJ(load8)(base, source, kind);
            __builtin_memcpy(out, &v, sizeof v);
        } else {
            for (size_t i = 0; i < width; i++)
                out[i] = i < entries ? NJ(load1)(base, source + i, kind) : 0;
        }
    }
}

// Steps k0..<k1 of rows row..<row+rows of op(a): panels [k1 - k0][NJ_TILE_ROWS], as many as the
// rows need. The rows are shared out evenly, the panels with one more first (`panel_tiles`): two
// tiles of five are done sooner than one of six and one of four.
NJ_INLINE void NJ(pack_a_of)(
    const nj_gemm_call *call, size_t row, size_t rows, size_t k0, size_t k1, float *out,
    const nj_kind kind
) {
    const size_t width = NJ_TILE_ROWS, k = call->k, m = call->m, depth = k1 - k0;
    const size_t panels = nj_ceil_div(rows, width), height = rows / panels, higher = rows % panels;
    if (call->a_arrangement == NJ_PLAIN) {
        for (size_t t = 0; t < panels; t++, out += depth * width) {
            size_t have = height + (t < higher), first = row * k + k0;
            if (have == width)
                NJ(panel_from_rows)(call->a, first, k, width, depth, width, out, kind);
            else
                NJ(panel_from_rows)(call->a, first, k, have, depth, width, out, kind);
            row += have;
        }
        return;
    }
    // Eight steps at a time: more rows, when they lie a power of two apart, evict each other.
    for (size_t at = k0; at < k1; at += 8) {
        size_t end = nj_min(at + 8, k1), first = row;
        float *panel = out + (at - k0) * width;
        for (size_t t = 0; t < panels; t++, panel += depth * width) {
            size_t have = height + (t < higher);
            NJ(panel_from_columns)(
                call->a, first, m, have, at, end, width, panel, kind, m * k);
            first += have;
        }
    }
}

static void NJ(pack_a)(
    const nj_gemm_call *call, size_t row, size_t rows, size_t k0, size_t k1, float *out
) {
    if (call->a_kind == NJ_BF16)
        NJ(pack_a_of)(call, row, rows, k0, k1, out, NJ_BF16);
    else
        NJ(pack_a_of)(call, row, rows, k0, k1, out, NJ_F32);
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
            NJ(panel_from_columns)(
                run->b, first, n, have, k0, k1, 16, panels + (p * k + k0) * 16, kind, n * k);
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
    const nj_h8 zero = {0};
    for (size_t p = from; p < to; p++) {
        size_t first = p * 16, have = nj_min(16, run->n - first), at = 0;
        const uint16_t *rows = b + first * run->k;
        uint16_t *out = panels + p * run->k * 16;
        for (; at + 8 <= run->k; at += 8)
            for (size_t g = 0; g < 16; g += 8) {
                nj_h8 r[8];
                for (size_t i = 0; i < 8; i++) {
                    r[i] = zero;
                    if (g + i < have)
                        __builtin_memcpy(&r[i], rows + (g + i) * run->k + at, sizeof r[i]);
                }
                NJ(transpose8_h)(r);
                for (size_t i = 0; i < 8; i++)
                    __builtin_memcpy(out + (at + i) * 16 + g, &r[i], sizeof r[i]);
            }
        for (; at < run->k; at++)
            for (size_t i = 0; i < 16; i++) out[at * 16 + i] = i < have ? rows[i * run->k + at] : 0;
    }
}
