// One tile of queries meets one block of keys: the forward step that training, prefill and decode
// share, so that their rows agree bit for bit. Included inside a pass of `each_variant.h`.

// Brings a row's `out` and sums to a new level.
NJ_INLINE void NJ(raise)(struct query_tile *tile, size_t row, float top) {
    const float before = tile->top[row];
    tile->top[row] = top;
    if (before == -INFINITY) return;
    float factor = exp2f((before - top) * tile->unit * LOG2_E);
    float *out = tile->out + row * tile->padded, *sums = tile->sums + row * 16;
    NJ(store_f32)(sums, NJ(load_f32)(sums) * factor);
    for (size_t j = 0; j < tile->padded; j += 16)
        NJ(store_f32)(out + j, NJ(load_f32)(out + j) * factor);
}

// One row's scores outside low...high become -inf, and it is brought to their level. False where it sees
// no key of the block: all its weights are 0 then.
NJ_INLINE bool NJ(mask)(
    struct query_tile *tile, size_t row, int low, int high, const bool pairs
) {
    float *scores = tile->scores + row * TILE;
    if (low > high || low >= TILE) {
        memset(scores, 0, TILE * sizeof *scores);
        return false;
    }
    if (tile->soft_cap > 0) NJ(cap_scores)(scores, tile->soft_cap, pairs ? tile->scale : 1);
    nj_v16 top = NJ(splat)(-INFINITY);
    for (int p = 0; p < TILE / 16; p++) {
        nj_v16 s = NJ(load_f32)(scores + p * 16);
        s = NJ(select)(NJ(visible)(p, low, high), s, NJ(splat)(-INFINITY));
        NJ(store_f32)(scores + p * 16, s);
        top = NJ(max)(s, top);
    }
    float most = NJ(max_lanes)(top);
    if ((most - tile->top[row]) * tile->unit > RISE) NJ(raise)(tile, row, most);
    return true;
}

// The same for n rows from `row` on that see the whole block, without a soft cap: their maxima are taken
// together.
NJ_INLINE void NJ(raise_rows)(struct query_tile *tile, size_t row, size_t n) {
    nj_v16 top[16];
    for (size_t r = 0; r < 16; r++) {
        const float *scores = tile->scores + (row + nj_min(r, n - 1)) * TILE;
        top[r] = NJ(load_f32)(scores);
        for (size_t p = 16; p < TILE; p += 16)
            top[r] = NJ(max)(NJ(load_f32)(scores + p), top[r]);
    }
    nj_v16 most = NJ(max_of_rows)(top);
    nj_v16 old = NJ(load_f32)(tile->top + row);
    if (!__builtin_reduce_or((most - old) * tile->unit > RISE)) return;
    float tops[16];
    NJ(store_f32)(tops, most);
    for (size_t r = 0; r < n; r++)
        if ((tops[r] - tile->top[row + r]) * tile->unit > RISE) NJ(raise)(tile, row + r, tops[r]);
}

// One row's scores become weights, in pairs bf16 at the beginning of their memory, and are added to its
// sums.
NJ_INLINE void NJ(soften)(struct query_tile *tile, size_t row, const bool pairs) {
    enum { PARTS = NJ(WIDE) / 16 };
    float *scores = tile->scores + row * TILE, *sums = tile->sums + row * 16;
    const float top = tile->top[row];
    nj_v16 sum = NJ(load_f32)(sums);
    for (size_t at = 0; at < TILE; at += NJ(WIDE)) {
        NJ(wide) e;
        nj_v16 part[PARTS];
        __builtin_memcpy(&e, scores + at, sizeof e);
        e = NJ(weights_of)(e - top, tile->unit, pairs);
        __builtin_memcpy(part, &e, sizeof e);
        for (int p = 0; p < PARTS; p++) sum += part[p];
        if (!pairs)
            __builtin_memcpy(scores + at, &e, sizeof e);
        else
            for (int p = 0; p + 2 <= PARTS; p += 2) {
                nj_h32 halves = NJ(round_both)(part[p], part[p + 1]);
                __builtin_memcpy(
                    (uint16_t *)scores + at + (size_t)p * 16, &halves, sizeof halves);
            }
    }
    NJ(store_f32)(sums, sum);
}

// Whether every row of a tile sees all keys of the block that begins at `first`.
NJ_INLINE bool NJ(sees_all)(const struct query_tile *tile, int first) {
    if (tile->soft_cap > 0) return false;
    int unseen = 0;
    for (size_t i = 0; i < tile->rows; i++)
        unseen |= (tile->start[i] > first) | (tile->position[i] < first + TILE - 1);
    return !unseen;
}

// Scores of n rows from i on become weights; `all` where all of the tile see the whole block.
NJ_INLINE void NJ(weigh)(
    struct query_tile *tile, size_t i, size_t n, int first, bool all, const bool pairs
) {
    // For fewer it does not pay to take maxima of 16 together.
    const bool together = all && n >= 6;
    bool some[NJ_TILE_ROWS];
    if (together) NJ(raise_rows)(tile, i, n);
    // Rows do not wait for one another's sums: first all maxima, then all weights.
    for (size_t r = 0; r < n; r++)
        some[r] = together
            || NJ(mask)(
                tile, i + r, tile->start[i + r] - first, tile->position[i + r] - first, pairs);
    for (size_t r = 0; r < n; r++)
        if (some[r]) NJ(soften)(tile, i + r, pairs);
}

// How many keys of the block that begins at `first` a strip's rows see, at most TILE.
NJ_INLINE int NJ(keys_seen)(const struct query_tile *tile, size_t row, size_t rows, int first) {
    int last = tile->position[row];
    for (size_t r = 1; r < rows; r++)
        last = tile->position[row + r] > last ? tile->position[row + r] : last;
    return last - first + 1 > TILE ? TILE : last - first + 1;
}

// Keys turned [size][TILE] and values [TILE][padded] of the block that begins at `first`, both of
// `kind`, or in pairs [size / 2][TILE] and [TILE / 2][padded]. Keys that no row of a strip sees are left
// out; for the others' rows they weigh 0. A strip's scores stay in the L1 cache until its values are
// summed.
NJ_INLINE void NJ(visit_of)(
    struct query_tile *tile, int first, const void *keys, const void *values, const nj_kind kind,
    const bool pairs
) {
    const size_t bytes = pairs ? sizeof(uint16_t) : nj_kind_bytes(kind);
    const size_t key_bytes = TILE * tile->size * bytes, value_bytes = TILE * tile->padded * bytes;
    const bool all = NJ(sees_all)(tile, first);
    NJ_EACH_STRIP(i, n, tile->rows) {
        const int seen = NJ(keys_seen)(tile, i, n, first);
        float *scores = tile->scores + i * TILE;
        // The block that follows lies behind this one, wherever there is one.
        NJ(fetch_part)((const char *)keys + value_bytes, key_bytes, i, n);
        NJ(fetch_part)((const char *)values + value_bytes, value_bytes, i, n);
        if (seen <= 0) continue;
        (pairs                 ? NJ(product_of_turned_pairs)
             : kind == NJ_BF16 ? NJ(product_of_turned_bf16)
                               : NJ(product_of_turned))(
            tile->queries + i, keys, TILE, tile->size, scores, TILE, n,
            nj_round_up((size_t)seen, 16));
        NJ(weigh)(tile, i, n, first, all, pairs);
        (pairs                 ? NJ(add_product_pairs)
             : kind == NJ_BF16 ? NJ(add_product_bf16)
                               : NJ(add_product))(
            scores, values, tile->padded, (size_t)seen, tile->out + i * tile->padded,
            tile->padded, n, tile->padded);
    }
}

static void NJ(visit)(
    struct query_tile *tile, int first, const void *keys, const void *values
) {
    if (NJ_MULTIPLIES_BF16 && tile->pairs)
        NJ(visit_of)(tile, first, keys, values, NJ_F32, NJ_MULTIPLIES_BF16);
    else
        NJ(visit_of)(tile, first, keys, values, NJ_F32, false);
}

// Divides by the sums; a row that saw nothing gives zeros.
static void NJ(settle)(struct query_tile *tile) {
    for (size_t i = 0; i < tile->rows; i++) {
        float *out = tile->out + i * tile->padded;
        tile->sum[i] = NJ(sum_lanes)(NJ(load_f32)(tile->sums + i * 16));
        float factor = tile->sum[i] > 0 || tile->sum[i] != tile->sum[i] ? 1.0f / tile->sum[i] : 0;
        for (size_t j = 0; j < tile->padded; j += 16)
            NJ(store_f32)(out + j, NJ(load_f32)(out + j) * factor);
    }
}
