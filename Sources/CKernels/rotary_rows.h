// Rotary position embedding of rows of heads. Included inside a pass of `each_variant.h`.

// Heads first..<last of rows from..<to of x, turned in `out`, which may be x.
NJ_INLINE void NJ(rotate_rows_of)(
    const nj_rotary_call *call, size_t from, size_t to, size_t first, size_t last,
    const nj_kind kind
) {
    const size_t d = call->head_size, half = d / 2, width = call->heads * d;
    for (size_t row = from; row < to; row++) {
        size_t table = (size_t)call->positions[row] * half;
        for (size_t head = first; head < last; head++)
            NJ_EACH(j, n, 0, half, {
                size_t at = row * width + head * d + j;
                nj_v16 cosine = NJ(load_some)(call->cosines, table + j, n, NJ_F32);
                nj_v16 sine = NJ(load_some)(call->sines, table + j, n, NJ_F32);
                if (call->inverse) sine = -sine;
                nj_v16 a = NJ(load_some)(call->x, at, n, kind);
                nj_v16 b = NJ(load_some)(call->x, at + half, n, kind);
                NJ(store_some)(call->out, at, n, a * cosine - b * sine, kind);
                NJ(store_some)(call->out, at + half, n, b * cosine + a * sine, kind);
            });
    }
}

static void NJ(rotate_rows)(
    const nj_rotary_call *call, size_t from, size_t to, size_t first, size_t last
) {
    if (call->kind == NJ_BF16)
        NJ(rotate_rows_of)(call, from, to, first, last, NJ_BF16);
    else
        NJ(rotate_rows_of)(call, from, to, first, last, NJ_F32);
}
