// What a thread packs of a next, fetched into its L2 cache by the tiles that it computes before: memory
// would keep the units waiting for as long as a twentieth of a product, and lies idle while they compute.
// Read once, by gemm.c.

// `lines` cache lines of each of `rows` runs of memory that lie `stride` bytes apart, in order.
struct line_walk {
    const char *run;
    size_t line, lines, stride, rows;
};

static inline const char *next_line(struct line_walk *walk) {
    const char *at = walk->run + walk->line * 64;
    if (++walk->line == walk->lines) {
        walk->line = 0;
        walk->run += walk->stride;
        walk->rows--;
    }
    return at;
}

// Over the elements that rows row..<row+rows of op(a) have in one partial sum, from step k0 on.
static inline struct line_walk walk_over_a(
    const struct gemm_run *run, size_t row, size_t rows, size_t k0
) {
    const nj_gemm_call *call = run->call;
    const bool plain = call->a_arrangement == NJ_PLAIN;
    size_t each = run->pairs ? 2 : 1, bytes = nj_kind_bytes(call->a_kind);
    size_t from = k0 * each, depth = nj_min(run->depth * each, call->k - from);
    const char *first = (const char *)call->a
        + (plain ? row * call->k + from : from * call->m + row) * bytes;
    size_t before = (uintptr_t)first % 64, across = (plain ? depth : rows) * bytes;
    return (struct line_walk){
        .run = first - before,
        .lines = nj_ceil_div(before + across, 64),
        .stride = (plain ? call->k : call->m) * bytes,
        .rows = plain ? rows : depth,
    };
}
