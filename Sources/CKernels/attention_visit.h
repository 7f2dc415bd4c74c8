// One tile of queries meets one block of keys: the forward step that training, prefill and decode
// share, so that their rows agree bit for bit. Included inside a pass of `each_variant.h`.

// Part `part` of a row's weights as bf16 at the beginning of its memory.
NJ_INLINE void NJ(store_weights)(float *row, int part, nj_v16 weights) {
    nj_h16 halves = NJ(round_to_multiply)(weights);
    __builtin_memcpy((uint16_t *)row + part * 16, &halves, sizeof halves);
}

// One row's scores [16 parts] outside low...high become -inf; `out` and the running sum are brought
// to the new maximum. False where the row sees no key of the block: all its weights are 0 then.
NJ_INLINE bool NJ(raise)(
    struct query_tile *tile, size_t row, int low, int high, int parts, const bool pairs
) {
    float *scores = tile->scores + row * TILE;
    if (low > high || low >= TILE) {
        memset(scores, 0, (size_t)parts * 16 * sizeof *scores);
        return false;
    }
    if (tile->soft_cap > 0)
        NJ(cap_scores)(scores, parts, tile->soft_cap, pairs ? tile->scale : 1);
    const float scale = pairs && tile->soft_cap == 0 ? tile->scale : 1;
    bool all = low <= 0 && high >= parts * 16 - 1;
    nj_v16 top = NJ(splat)(-INFINITY);
    for (int p = 0; p < parts; p++) {
        nj_v16 s = NJ(load_f32)(scores + p * 16);
        if (pairs) s = s * scale;
        if (!all) s = NJ(select)(NJ(visible)(p, low, high), s, NJ(splat)(-INFINITY));
        if (pairs || !all) NJ(store_f32)(scores + p * 16, s);
        top = NJ(max)(s, top);
    }
    float old = tile->top[row], most = NJ(max_lanes)(top);
    if (most > old) {
        float factor = NJ(exp_below)(NJ(splat)(old - most))[0];
        tile->top[row] = most;
        tile->sum[row] *= factor;
        float *out = tile->out + row * tile->padded;
        for (size_t j = 0; j < tile->padded; j += 16)
            NJ(store_f32)(out + j, NJ(load_f32)(out + j) * factor);
    }
    return true;
}

// One row's scores become weights, in pairs bf16, and are added to its sum.
NJ_INLINE void NJ(soften)(struct query_tile *tile, size_t row, int parts, const bool pairs) {
    float *scores = tile->scores + row * TILE;
    const float top = tile->top[row];
    nj_v16 sum = {0};
    int p = 0;
    for (; p + 2 <= parts; p += 2) {
        nj_v32 e;
        nj_v16 halves[2];
        __builtin_memcpy(&e, scores + p * 16, sizeof e);
        e = NJ(exp_below_32)(e - top);
        __builtin_memcpy(halves, &e, sizeof e);
        if (pairs)
            for (int half = 0; half < 2; half++) NJ(store_weights)(scores, p + half, halves[half]);
        else
            __builtin_memcpy(scores + p * 16, &e, sizeof e);
        sum += halves[0];
        sum += halves[1];
    }
    if (p < parts) {
        nj_v16 e = NJ(exp_below)(NJ(load_f32)(scores + p * 16) - top);
        if (pairs)
            NJ(store_weights)(scores, p, e);
        else
            NJ(store_f32)(scores + p * 16, e);
        sum += e;
    }
    tile->sum[row] += NJ(sum_lanes)(sum);
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
// out; for the others' rows they weigh 0. One step after the other: the keys, then the values stay in the
// L1 cache, and rows do not wait for one another's sums.
NJ_INLINE void NJ(visit_of)(
    struct query_tile *tile, int first, const void *keys, const void *values, const nj_kind kind,
    const bool pairs
) {
    // The block that follows lies behind this one, wherever there is one.
    const size_t bytes = pairs ? sizeof(uint16_t) : nj_kind_bytes(kind);
    const size_t key_bytes = TILE * tile->size * bytes, value_bytes = TILE * tile->padded * bytes;
    NJ_EACH_STRIP(i, n, tile->rows) {
        int seen = NJ(keys_seen)(tile, i, n, first);
        NJ(fetch_part)((const char *)keys + value_bytes, key_bytes, i, n);
        if (seen > 0)
            (pairs                 ? NJ(product_of_turned_pairs)
                 : kind == NJ_BF16 ? NJ(product_of_turned_bf16)
                                   : NJ(product_of_turned))(
                tile->queries + i, keys, TILE, tile->size, tile->scores + i * TILE, TILE, n,
                nj_round_up((size_t)seen, 16));
    }
    NJ_EACH_STRIP(i, n, tile->rows) {
        int parts = (NJ(keys_seen)(tile, i, n, first) + 15) / 16;
        bool some[NJ_TILE_ROWS];
        if (parts <= 0) continue;
        for (size_t r = 0; r < n; r++)
            some[r] = NJ(raise)(
                tile, i + r, tile->start[i + r] - first, tile->position[i + r] - first, parts,
                pairs);
        for (size_t r = 0; r < n; r++)
            if (some[r]) NJ(soften)(tile, i + r, parts, pairs);
    }
    NJ_EACH_STRIP(i, n, tile->rows) {
        int seen = NJ(keys_seen)(tile, i, n, first);
        NJ(fetch_part)((const char *)values + value_bytes, value_bytes, i, n);
        if (seen > 0)
            (pairs                 ? NJ(add_product_pairs)
                 : kind == NJ_BF16 ? NJ(add_product_bf16)
                                   : NJ(add_product))(
                tile->scores + i * TILE, values, tile->padded, (size_t)seen,
                tile->out + i * tile->padded, tile->padded, n, tile->padded);
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
        float factor = tile->sum[i] > 0 || tile->sum[i] != tile->sum[i] ? 1.0f / tile->sum[i] : 0;
        for (size_t j = 0; j < tile->padded; j += 16)
            NJ(store_f32)(out + j, NJ(load_f32)(out + j) * factor);
    }
}
