// Matrix products: c [m, n] = op(a) · op(b), f32 arithmetic over f32 or bf16 operands; b may be
// integers of 8 bits with a scale a column (`quantize.c`). Where the machine multiplies bf16 and an
// operand is of it, both are: the other is rounded.
//
// Blocked as in Goto and van de Geijn 2008: both operands are rearranged into panels (rows of a
// by NJ_TILE_ROWS, columns of b by 16) that stream through a tile held in registers; bf16 becomes
// f32 on the way. A block of c is finished while it is in the L2 cache.
//
// The order of every element's sum is fixed: fused multiply-adds over DEPTH consecutive steps from
// zero, and these partial sums in order; then, over integers, one multiplication. A step is one k, or
// a pair of them in bf16. Rows beyond an edge are computed on zeros and dropped. So a row has the
// same bits for any m, any place in the matrix, any thread, and whether b was packed beforehand or
// not.
#ifndef GEMM_TYPES
#define GEMM_TYPES
#include "kernels_internal.h"

enum {
    DEPTH = 512,           // steps of one partial sum: longer ones visit c less often
    WIDTH = 512,           // columns of a block of c
    BLOCK_ROWS = 96,       // rows of a block of c, about: 192 KiB of c, 96 KiB of a at a time
    BLOCK_ROWS_MOST = 112,
    ONE_BLOCK_ROWS = 96,   // up to here one block holds all rows, so that b is read once
    SMALL_ROWS = 6,        // up to here rows meet several panels of b at once
    SMALL_PANELS = 6,
    FETCHING_TILES = 6,    // up to here every tile of a panel fetches its share of the next one
    GROUP = 64,            // columns of integers that lie side by side: four panels
    FETCH_AHEAD = 1024,    // bytes of each panel that a few rows ask for before they need them
    PACK_STEPS = 32,
    THREADS_REMEMBERED = 64,
    PACKED_B_LIMIT = 16 << 20,  // bytes of b rearranged at a time
    SERIAL_WORK = 1 << 16,      // multiply-adds below which waking the team costs more
};

// Columns of op(b) to pack, 16 at a time.
struct pack_run {
    const void *b;
    nj_kind kind;
    nj_arrangement arrangement;
    size_t n, k;
    size_t column;
    void *panels;
    bool pairs;
};

// One pass over some columns of c, whose panels of b are at hand.
struct gemm_run {
    const nj_gemm_call *call;
    size_t column, columns;
    bool pairs;    // whether a step is two k in bf16; panels count as f32 then
    size_t steps;
    const void *panels;
    nj_kind panel_kind;
    const float *scales;   // of the columns, where the panels hold integers
    const float *a_panel;  // all rows of op(a), where they are few
    size_t block_rows, block_columns, column_blocks;
    // Threads whose scratch memory holds all rows of op(a) already, where one block has them.
    bool holds_a[THREADS_REMEMBERED];
};

// Where step `at` of a panel of 16 columns begins in b, in elements. f32 and bf16 lie panel after
// panel, so that a tile reads one in order; integers lie in groups of four panels whose steps
// alternate, so that a single row, which meets four at once, reads memory in order.
static inline size_t panel_at(size_t panel, size_t at, size_t k, nj_kind kind) {
    if (kind == NJ_I8) return panel / 4 * 4 * k * 16 + at * GROUP + panel % 4 * 16;
    return (panel * k + at) * 16;
}

#endif

#define NJ_SELF "gemm.c"
#include "each_variant.h"

#ifdef NJ_PASS

#include "vector.h"
#include "gemm_pack.h"
#include "gemm_tile.h"
#include "gemm_few_rows.h"
static void NJ(pack_small_a)(const struct gemm_run *run, float *out) {
    NJ(pack_a)(run->call, 0, run->call->m, 0, run->steps, out, run->pairs);
}
static bool NJ(multiplies_bf16)(void) { return NJ_MULTIPLIES_BF16; }

#else

static void clear(const nj_gemm_call *call) {
    if (!call->accumulate)
        memset(call->c, 0, call->m * call->n * nj_kind_bytes(call->c_kind));
}

// How c is cut into tasks: blocks of rows; where these are too few for the team, of columns too.
static void plan_blocks(struct gemm_run *run, size_t threads) {
    size_t tile = NJ_PICK(tile_rows)(), m = run->call->m;
    size_t rounds = nj_ceil_div(m, BLOCK_ROWS * threads);
    run->block_rows = nj_round_up(nj_ceil_div(m, rounds * threads), tile);
    if (run->block_rows < 4 * tile) run->block_rows = nj_round_up(nj_min(m, 4 * tile), tile);
    if (m <= ONE_BLOCK_ROWS) run->block_rows = nj_round_up(m, tile);
    size_t row_blocks = nj_ceil_div(m, run->block_rows), wanted = 4 * threads;
    size_t most = nj_ceil_div(run->columns, 64);
    run->column_blocks
        = row_blocks >= wanted ? 1 : nj_min(most, nj_ceil_div(wanted, row_blocks));
    run->block_columns = nj_round_up(nj_ceil_div(run->columns, run->column_blocks), 16);
    run->column_blocks = nj_ceil_div(run->columns, run->block_columns);
}

static void run_pass(struct gemm_run *run) {
    const nj_gemm_call *call = run->call;
    memset(run->holds_a, 0, sizeof run->holds_a);
    bool serial = call->m * run->columns * call->k < SERIAL_WORK;
    if (run->a_panel) {
        size_t panels = nj_ceil_div(run->columns, 16);
        // What `few_rows_of` takes at once; finer cuts leave the threads with equal shares.
        size_t together = run->panel_kind == NJ_I8 ? 4 : call->m < 4 ? 5 - call->m : 1;
        nj_for_ranges(panels, together, serial ? SIZE_MAX : 0, NJ_PICK(few_rows), run);
        return;
    }
    plan_blocks(run, serial ? 1 : (size_t)nj_threads());
    size_t tasks = nj_ceil_div(call->m, run->block_rows) * run->column_blocks;
    if (serial)
        for (size_t i = 0; i < tasks; i++) NJ_PICK(gemm_block)(run, i, 0);
    else
        nj_for_tasks(tasks, NJ_PICK(gemm_block), run);
}

void nj_gemm(const nj_gemm_call *call) {
    const size_t n = call->n, k = call->k;
    if (call->m == 0 || n == 0) return;
    if (k == 0) return clear(call);

    bool is_bf16 = call->a_kind == NJ_BF16 || call->b_kind == NJ_BF16;
    // A weight that was packed as f32 stays one.
    bool fixed = call->b_arrangement == NJ_PACKED && call->b_kind != NJ_BF16;
    struct gemm_run run = {.call = call, .panel_kind = NJ_F32, .steps = k};
    run.pairs = is_bf16 && !fixed && nj_gemm_multiplies_bf16();
    if (run.pairs) run.steps = nj_ceil_div(k, 2);
    const size_t steps = run.steps;
    if (call->m <= nj_min(SMALL_ROWS, NJ_PICK(tile_rows)())) {
        float *a = nj_shared_scratch(
            NJ_SCRATCH_PARTIALS, (steps * NJ_PICK(tile_rows)() + 16) * sizeof(float));
        NJ_PICK(pack_small_a)(&run, a);
        run.a_panel = a;
    }
    if (call->b_arrangement == NJ_PACKED) {
        run.columns = n;
        run.panels = call->b;
        if (!run.pairs) run.panel_kind = call->b_kind;
        if (call->b_kind == NJ_I8)
            run.scales = (const float *)((const char *)call->b + nj_round_up(n, GROUP) * k);
        return run_pass(&run);
    }
    size_t most = nj_max(PACKED_B_LIMIT / (steps * sizeof(float)) / WIDTH * WIDTH, WIDTH);
    for (size_t column = 0; column < n; column += most) {
        run.column = column;
        run.columns = nj_min(most, n - column);
        size_t panels = nj_ceil_div(run.columns, 16);
        void *packed = nj_shared_scratch(NJ_SCRATCH_PACKED_B, panels * 16 * steps * sizeof(float));
        struct pack_run pack = {
            call->b, call->b_kind, call->b_arrangement, n, k, column, packed, run.pairs};
        bool serial = panels * 16 * steps < SERIAL_WORK / 4;
        nj_for_ranges(panels, 1, serial ? SIZE_MAX : 0, NJ_PICK(pack_b), &pack);
        run.panels = packed;
        run_pass(&run);
    }
}

bool nj_gemm_multiplies_bf16(void) { return NJ_PICK(multiplies_bf16)(); }

size_t nj_gemm_packed_bytes(nj_kind kind, size_t n, size_t k) {
    bool pairs = kind == NJ_BF16 && nj_gemm_multiplies_bf16();
    return nj_round_up(n, 16) * (pairs ? nj_round_up(k, 2) : k) * nj_kind_bytes(kind);
}

void nj_gemm_pack(const void *weight, nj_kind kind, size_t n, size_t k, void *packed) {
    bool pairs = kind == NJ_BF16 && nj_gemm_multiplies_bf16();
    struct pack_run run = {weight, kind, NJ_TRANSPOSED, n, k, 0, packed, pairs};
    bool as_stored = kind == NJ_BF16 && !pairs;
    if (k == 0) return;
    nj_for_ranges(
        nj_ceil_div(n, 16), 1, 0, as_stored ? NJ_PICK(pack_b_bf16) : NJ_PICK(pack_b), &run);
}

#endif
