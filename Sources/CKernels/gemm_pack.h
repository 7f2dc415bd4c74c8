// Panels for the matrix product: part of gemm.c, read once per instruction set.
//
// A panel holds `width` rows (of a) or columns (of b) side by side, step after step: of one k as f32,
// or, where the machine multiplies bf16, of two as a pair of bf16 in the place of a float; the last
// pair of an odd k ends with a zero.

// Floats of a step of a's panels: its rows, and as many more as make whole stores of it. Tiles do not read
// them.
#undef NJ_A_WIDTH
#define NJ_A_WIDTH (NJ_TILE_ROWS > 8 ? 16 : NJ_TILE_ROWS > 2 ? 8 : NJ_TILE_ROWS)

// Eight steps that lie side by side, from element `index` on.
NJ_INLINE nj_v8 NJ(load_steps)(const void *base, size_t index, const nj_kind kind, const bool pairs) {
    if (!pairs) return NJ(load8)(base, index, kind);
    nj_h16 halves;
    if (kind == NJ_BF16)
        __builtin_memcpy(&halves, (const uint16_t *)base + index, sizeof halves);
    else
        halves = NJ(round_bf16)(NJ(load_f32)((const float *)base + index));
    return (nj_v8)halves;
}

// The step made of one element, or of two that lie `stride` apart; `left` are there.
NJ_INLINE float NJ(load_step)(
    const void *base, size_t index, size_t stride, size_t left, const nj_kind kind,
    const bool pairs
) {
    float first = NJ(load1)(base, index, kind);
    if (!pairs) return first;
    float second = left > 1 ? NJ(load1)(base, index + stride, kind) : 0;
    nj_h16 rounded = NJ(round_bf16)((nj_v16){first, second});
    uint16_t halves[2] = {rounded[0], rounded[1]};
    float step;
    __builtin_memcpy(&step, halves, sizeof step);
    return step;
}

// Of 16 rows or columns that lie side by side one step; of a pair the second lies `stride` on.
NJ_INLINE nj_v16 NJ(load_across)(
    const void *base, size_t index, size_t stride, bool both, const nj_kind kind, const bool pairs
) {
    if (!pairs) return NJ(load)(base, index, kind);
    nj_h16 first, second = {0};
    if (kind == NJ_BF16) {
        __builtin_memcpy(&first, (const uint16_t *)base + index, sizeof first);
        if (both) __builtin_memcpy(&second, (const uint16_t *)base + index + stride, sizeof second);
    } else {
        first = NJ(round_bf16)(NJ(load_f32)((const float *)base + index));
        if (both) second = NJ(round_bf16)(NJ(load_f32)((const float *)base + index + stride));
    }
    return NJ(pair_up)(first, second);
}

// One panel from `rows` rows (the rest are zeros) whose `k` elements lie side by side, `stride` apart.
// Writes whole groups of 8, so up to 7 floats beyond the panel: the next panel's, or slack.
NJ_INLINE void NJ(panel_from_rows)(
    const void *base, size_t first, size_t stride, size_t rows, size_t k, const size_t width,
    float *out, const nj_kind kind, const bool pairs
) {
    const nj_v8 zero = {0};
    const size_t each = pairs ? 2 : 1, steps = nj_ceil_div(k, each);
    size_t at = 0;
    for (; at + 8 <= k / each; at += 8) {
        nj_v8 r[2][8];
        for (size_t g = 0; g < 2 && g * 8 < width; g++) {
            for (size_t i = 0; i < 8; i++) {
                size_t row = g * 8 + i;
                r[g][i] = row < width && row < rows
                    ? NJ(load_steps)(base, first + row * stride + at * each, kind, pairs) : zero;
            }
            NJ(transpose8)(r[g]);
        }
        for (size_t i = 0; i < 8; i++)
            for (size_t g = 0; g < 2 && g * 8 < width; g++)
                __builtin_memcpy(out + (at + i) * width + g * 8, &r[g][i], sizeof(nj_v8));
    }
    for (; at < steps; at++)
        for (size_t row = 0; row < width; row++)
            out[at * width + row] = row < rows
                ? NJ(load_step)(
                      base, first + row * stride + at * each, 1, k - at * each, kind, pairs)
                : 0;
}

// Steps k0..<k1 of one panel whose entries lie side by side in each of the `k` rows of the source: those
// from the `entries`th of its `width` on are zeros where it `ends`, what lies there elsewhere. `out` is
// the panel's step k0.
NJ_INLINE void NJ(panel_from_columns)(
    const void *base, size_t first, size_t stride, size_t entries, size_t k0, size_t k1, size_t k,
    const size_t width, const bool ends, float *out, const nj_kind kind, const bool pairs
) {
    const size_t lanes = width <= 8 && !pairs ? 8 : 16, each = pairs ? 2 : 1;
    size_t at = k0;
    // Some steps without a question between them, where all that they read exists.
    while (!ends && at + TOGETHER <= k1 && (at + TOGETHER) * each <= k
        && first + ((at + TOGETHER) * each - 1) * stride + lanes <= k * stride) {
#pragma clang loop unroll(full)
        for (size_t step = 0; step < TOGETHER; step++, at++, out += width) {
            size_t source = first + at * each * stride;
            __builtin_prefetch(out + PACKED_AHEAD * width, 1, 2);
            if (lanes == 16) {
                nj_v16 v = NJ(load_across)(base, source, stride, true, kind, pairs);
                __builtin_memcpy(out, &v, width * sizeof *out);
            } else {
                nj_v8 v = NJ(load8)(base, source, kind);
                __builtin_memcpy(out, &v, width * sizeof *out);
            }
        }
    }
    for (; at < k1; at++, out += width) {
        size_t source = first + at * each * stride;
        bool both = at * each + 1 < k;
        size_t last_row = pairs && both ? source + stride : source;
        // Whole vectors where what they read exists.
        bool exists = last_row + lanes <= k * stride;
        if (exists && lanes == 16) {
            const nj_i16 lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
            nj_v16 v = NJ(load_across)(base, source, stride, both, kind, pairs);
            if (ends) v = NJ(select)(lane < (int)entries, v, NJ(splat)(0));
            __builtin_memcpy(out, &v, width * sizeof *out);
        } else if (exists && !ends) {
            nj_v8 v = NJ(load8)(base, source, kind);
            __builtin_memcpy(out, &v, width * sizeof *out);
        } else {
            for (size_t i = 0; i < width; i++)
                out[i] = i < entries
                    ? NJ(load_step)(base, source + i, stride, both ? 2 : 1, kind, pairs) : 0;
        }
    }
}

// Steps k0..<k1 of rows row..<row+rows of op(a): panels [k1 - k0][NJ_A_WIDTH], as many as the
// rows need. The rows are shared out evenly, the panels with one more first (`panel_tiles`): two
// tiles of five are done sooner than one of six and one of four.
NJ_INLINE void NJ(pack_a_of)(
    const nj_gemm_call *call, size_t row, size_t rows, size_t k0, size_t k1, float *out,
    const nj_kind kind, const bool pairs
) {
    const size_t width = NJ_A_WIDTH, k = call->k, m = call->m, depth = k1 - k0;
    const size_t each = pairs ? 2 : 1;
    const size_t panels = nj_ceil_div(rows, NJ_TILE_ROWS);
    const size_t height = rows / panels, higher = rows % panels;
    if (call->a_arrangement == NJ_PLAIN) {
        for (size_t t = 0; t < panels; t++, out += depth * width) {
            size_t have = height + (t < higher), first = row * k + k0 * each;
            size_t count = nj_min(depth * each, k - k0 * each);
            if (have == NJ_TILE_ROWS)
                NJ(panel_from_rows)(
                    call->a, first, k, NJ_TILE_ROWS, count, width, out, kind, pairs);
            else
                NJ(panel_from_rows)(call->a, first, k, have, count, width, out, kind, pairs);
            row += have;
        }
        return;
    }
    // Eight rows at a time: more, when they lie a power of two apart, evict each other.
    const size_t together = 8 / each;
    for (size_t at = k0; at < k1; at += together) {
        size_t end = nj_min(at + together, k1), first = row;
        float *panel = out + (at - k0) * width;
        for (size_t t = 0; t < panels; t++, panel += depth * width) {
            size_t have = height + (t < higher);
            NJ(panel_from_columns)(
                call->a, first, m, have, at, end, k, width, false, panel, kind, pairs);
            first += have;
        }
    }
}

static void NJ(pack_a)(
    const nj_gemm_call *call, size_t row, size_t rows, size_t k0, size_t k1, float *out, bool pairs
) {
    const bool is_bf16 = call->a_kind == NJ_BF16;
    if (NJ_MULTIPLIES_BF16 && pairs && is_bf16)
        NJ(pack_a_of)(call, row, rows, k0, k1, out, NJ_BF16, NJ_MULTIPLIES_BF16);
    else if (NJ_MULTIPLIES_BF16 && pairs)
        NJ(pack_a_of)(call, row, rows, k0, k1, out, NJ_F32, NJ_MULTIPLIES_BF16);
    else if (is_bf16)
        NJ(pack_a_of)(call, row, rows, k0, k1, out, NJ_BF16, false);
    else
        NJ(pack_a_of)(call, row, rows, k0, k1, out, NJ_F32, false);
}

// Steps k0..<k1 of panels from..<to of 16 columns of op(b), counted from column `column`.
NJ_INLINE void NJ(pack_steps_of)(
    const struct pack_run *run, size_t from, size_t to, size_t k0, size_t k1, const nj_kind kind,
    const bool pairs
) {
    const size_t k = run->k, n = run->n, each = pairs ? 2 : 1, steps = nj_ceil_div(k, each);
    float *panels = run->panels;
    if (run->arrangement == NJ_TRANSPOSED) {
        const size_t count = nj_min(k1 * each, k) - k0 * each;
        for (size_t p = from; p < to; p++) {
            size_t column = run->column + p * 16, have = nj_min(16, n - column);
            size_t first = column * k + k0 * each;
            float *out = panels + (p * steps + k0) * 16;
            if (have == 16)
                NJ(panel_from_rows)(run->b, first, k, 16, count, 16, out, kind, pairs);
            else
                NJ(panel_from_rows)(run->b, first, k, have, count, 16, out, kind, pairs);
        }
        return;
    }
    for (size_t at = k0; at < k1; at += PACK_STEPS) {
        size_t end = nj_min(at + PACK_STEPS, k1);
        for (size_t p = from; p < to; p++) {
            size_t first = run->column + p * 16, have = nj_min(16, n - first);
            float *panel = panels + (p * steps + at) * 16;
            if (have == 16)
                NJ(panel_from_columns)(
                    run->b, first, n, 16, at, end, k, 16, false, panel, kind, pairs);
            else
                NJ(panel_from_columns)(
                    run->b, first, n, have, at, end, k, 16, true, panel, kind, pairs);
        }
    }
}

static __attribute__((noinline)) void NJ(pack_steps)(
    const struct pack_run *run, size_t from, size_t to, size_t k0, size_t k1
) {
    const bool is_bf16 = run->kind == NJ_BF16;
    if (NJ_MULTIPLIES_BF16 && run->pairs && is_bf16)
        NJ(pack_steps_of)(run, from, to, k0, k1, NJ_BF16, NJ_MULTIPLIES_BF16);
    else if (NJ_MULTIPLIES_BF16 && run->pairs)
        NJ(pack_steps_of)(run, from, to, k0, k1, NJ_F32, NJ_MULTIPLIES_BF16);
    else if (is_bf16)
        NJ(pack_steps_of)(run, from, to, k0, k1, NJ_BF16, false);
    else
        NJ(pack_steps_of)(run, from, to, k0, k1, NJ_F32, false);
}

static void NJ(pack_b)(void *context, size_t from, size_t to, int thread) {
    const struct pack_run *run = context;
    (void)thread;
    NJ(pack_steps)(run, from, to, 0, nj_ceil_div(run->k, run->pairs ? 2 : 1));
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
