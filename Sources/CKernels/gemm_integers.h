// Rows of a as integers of 8 bits, for products with quantized weights: part of gemm.c, read once per
// instruction set. Rounded as weights are (quantize.c), each row by its own largest number.

// Row `row` of the product's a: bytes with 128 added, four in the place of a float, where the machine
// multiplies those; integers in f32 elsewhere. The pad of the last four meets weights of 0.
NJ_INLINE void NJ(round_row)(struct round_run *run, size_t row, const nj_kind kind, const bool quads) {
    const size_t k = run->k, first = row * k;
    nj_v16 most = {0}, damage = {0};
    NJ_EACH(i, n, 0, k, {
        nj_v16 x = NJ(load_some)(run->a, first + i, n, kind);
        // 0 for a number, NaN for anything else.
        damage += x * 0.0f;
        most = NJ(max)(NJ(max)(x, -x), most);
    });
    const float whole = NJ(sum_lanes)(damage);
    const float scale = whole == 0 ? NJ(max_lanes)(most) / 127 : NAN;
    run->scales[row] = scale;
    uint8_t *bytes = (uint8_t *)run->out + row * nj_round_up(k, 4);
    float *floats = run->out + first;
    if (!(scale > 0)) {
        if (quads)
            memset(bytes, 128, nj_round_up(k, 4));
        else
            memset(floats, 0, k * sizeof *floats);
        return;
    }
    // Adding `magic`, 1.5 * 2^23, rounds to an integer, ties to even.
    const float magic = 12582912.0f;
    NJ_EACH(i, n, 0, k, {
        nj_v16 x = (NJ(load_some)(run->a, first + i, n, kind) / scale + magic) - magic;
        x = NJ(max)(NJ(min)(x, NJ(splat)(127)), NJ(splat)(-127));
        if (quads) {
            typedef uint8_t nj_b16 __attribute__((vector_size(16)));
            nj_b16 b = __builtin_convertvector(__builtin_convertvector(x, nj_i16) + 128, nj_b16);
            __builtin_memcpy(bytes + i, &b, n == 16 ? 16 : nj_round_up(n, 4));
        } else {
            NJ(store_some)(floats, i, n, x, NJ_F32);
        }
    });
}

static void NJ(round_rows)(void *context, size_t from, size_t to, int thread) {
    struct round_run *run = context;
    (void)thread;
    for (size_t row = from; row < to; row++)
        if (run->kind == NJ_BF16)
            NJ(round_row)(run, row, NJ_BF16, NJ_MULTIPLIES_I8);
        else
            NJ(round_row)(run, row, NJ_F32, NJ_MULTIPLIES_I8);
}
