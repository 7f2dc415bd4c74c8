// One tile of queries meets one block of keys: the forward step that training, prefill and decode
// share, so that their rows agree bit for bit. Included inside a pass of `each_variant.h`.

// One row's scores [16 parts] become weights; `out` and the running sums are brought to the new
// maximum. Keys outside low...high get weight 0.
NJ_INLINE void NJ(soften)(
    struct query_tile *tile, size_t row, int low, int high, int parts
) {
    float *scores = tile->scores + row * TILE;
    if (low > high || low >= TILE) {
        memset(scores, 0, (size_t)parts * 16 * sizeof *scores);
        return;
    }
    if (tile->soft_cap > 0) NJ(cap_scores)(scores, parts, tile->soft_cap);
    bool all = low <= 0 && high >= parts * 16 - 1;
    nj_v16 top = NJ(splat)(-INFINITY);
    for (int p = 0; p < parts; p++) {
        nj_v16 s = NJ(load_f32)(scores + p * 16);
        if (!all) {
            s = NJ(select)(NJ(visible)(p, low, high), s, NJ(splat)(-INFINITY));
            NJ(store_f32)(scores + p * 16, s);
        }
        top = NJ(max)(s, top);
    }
    float old = tile->top[row], most = NJ(max_lanes)(top);
    if (most > old) {
        float factor = NJ(exp)(NJ(splat)(old - most))[0];
        tile->top[row] = most;
        tile->sum[row] *= factor;
        float *out = tile->out + row * tile->padded;
        for (size_t j = 0; j < tile->padded; j += 16)
            NJ(store_f32)(out + j, NJ(load_f32)(out + j) * factor);
    } else {
        most = old;
    }
    nj_v16 sum = {0};
    for (int p = 0; p < parts; p++) {
        nj_v16 e = NJ(exp)(NJ(load_f32)(scores + p * 16) - most);
        NJ(store_f32)(scores + p * 16, e);
        sum += e;
    }
    tile->sum[row] += NJ(sum_lanes)(sum);
}

// Keys turned [size][TILE] and values [TILE][padded] of the block that begins at `first`, both of
// `kind`.
NJ_INLINE void NJ(visit_of)(
    struct query_tile *tile, int first, const void *keys, const void *values, const nj_kind kind
) {
    for (size_t i = 0; i < tile->rows;) {
        size_t rows = NJ(strip_rows)(tile->rows - i);
        int last = tile->position[i];
        for (size_t r = 1; r < rows; r++)
            last = tile->position[i + r] > last ? tile->position[i + r] : last;
        // Keys that no row of the strip sees are left out; for the others' rows they weigh 0.
        int limit = last - first + 1 > TILE ? TILE : last - first + 1;
        if (limit > 0) {
            int parts = (limit + 15) / 16;
            (kind == NJ_BF16 ? NJ(product_of_turned_bf16) : NJ(product_of_turned))(
                tile->queries + i, keys, TILE, tile->size, tile->scores + i * TILE, TILE, rows,
                (size_t)parts * 16);
            for (size_t r = i; r < i + rows; r++)
                NJ(soften)(tile, r, tile->start[r] - first, tile->position[r] - first, parts);
            (kind == NJ_BF16 ? NJ(add_product_bf16) : NJ(add_product))(
                tile->scores + i * TILE, values, tile->padded, (size_t)limit,
                tile->out + i * tile->padded, tile->padded, rows, tile->padded);
        }
        i += rows;
    }
}

static void NJ(visit)(
    struct query_tile *tile, int first, const float *keys, const float *values
) {
    NJ(visit_of)(tile, first, keys, values, NJ_F32);
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
