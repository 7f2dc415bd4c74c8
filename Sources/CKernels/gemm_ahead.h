// What a thread packs next, fetched into its L2 cache by the tiles that it computes before: memory would
// keep the units waiting for as long as a twentieth of a product, and lies idle while they compute. Read
// once, by gemm.c.

// `lines` cache lines of each of `rows` runs of memory that lie `stride` bytes apart, in order, `at_once` of
// them at a time. Hints all of them: those beyond the last do no harm.
struct line_walk {
    const char *run;
    size_t line, lines, stride, rows;
    int at_once;
};

static inline struct line_walk line_walk(
    const char *first, size_t across, size_t stride, size_t rows, int at_once
) {
    size_t before = (uintptr_t)first % 64;
    return (struct line_walk){
        first - before, 0, nj_ceil_div(before + across, 64), stride, rows, at_once};
}

static inline const char *next_line(struct line_walk *walk) {
    const char *at = walk->run + walk->line * 64;
    if (++walk->line == walk->lines) {
        walk->line = 0;
        walk->run += walk->stride;
        walk->rows -= walk->rows > 0;
    }
    return at;
}

// Over what op(a) has in rows row..<row+rows for the partial sum from step k0 on.
static inline struct line_walk walk_over_a(
    const struct gemm_run *run, size_t row, size_t rows, size_t k0
) {
    const nj_gemm_call *call = run->call;
    const bool plain = call->a_arrangement == NJ_PLAIN;
    const size_t each = run->pairs ? 2 : 1, bytes = nj_kind_bytes(call->a_kind), k = k0 * each;
    const size_t depth = nj_min(run->depth * each, call->k - k);
    const char *a = call->a;
    return plain
        ? line_walk(a + (row * call->k + k) * bytes, depth * bytes, call->k * bytes, rows, 1)
        : line_walk(a + (k * call->m + row) * bytes, rows * bytes, call->m * bytes, depth, 1);
}

// Over what op(b) has in 32 columns from `left` of the pass on for the partial sum from step k0 on.
static inline struct line_walk walk_over_b(const struct gemm_run *run, size_t left, size_t k0) {
    const nj_gemm_call *call = run->call;
    const bool plain = call->b_arrangement == NJ_PLAIN;
    const size_t each = run->pairs ? 2 : 1, bytes = nj_kind_bytes(call->b_kind), k = k0 * each;
    const size_t depth = nj_min(run->depth * each, call->k - k);
    const size_t column = run->column + left, columns = nj_min(32, call->n - column);
    const char *b = call->b;
    return plain
        ? line_walk(b + (k * call->n + column) * bytes, columns * bytes, call->n * bytes, depth,
              LINES_OF_B)
        : line_walk(b + (column * call->k + k) * bytes, depth * bytes, call->k * bytes, columns,
              LINES_OF_B);
}
