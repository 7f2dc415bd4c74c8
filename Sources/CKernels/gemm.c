// Matrix products: c [m, n] = op(a) · op(b), f32 arithmetic over f32 or bf16 operands. Where the machine
// multiplies bf16 and an operand is of it, both are: the other is rounded. Where b is integers of 8 bits
// with a scale a column (`quantize.c`), so are a's rows, rounded as they come.
//
// Blocked as in Goto and van de Geijn 2008: both operands are rearranged into panels (rows of a
// by NJ_TILE_ROWS, columns of b by 16) that stream through a tile held in registers; bf16 becomes
// f32 on the way. The tile that completes sums rounds them into a c of bf16, whose lines it has asked for.
// Nothing waits for packing but the first tiles: b is packed panel by panel where a thread meets it first,
// a block by block, and the tiles before have fetched what that reads (`gemm_ahead.h`).
//
// The order of every element's sum is fixed: fused multiply-adds over DEPTH consecutive steps from
// zero, and these partial sums in order; then, over integers, the scales of row and column. A step is one
// k, a pair of them in bf16, or four integers, whose partial sums are exact: by whichever instruction
// they are added up, the bits are the same. Rows beyond an edge are computed on zeros and dropped. So a
// row has the same bits for any m, any place in the matrix, any thread, and whether b was packed
// beforehand or not.
#ifndef GEMM_TYPES
#define GEMM_TYPES
#include <math.h>

#include "fetch.h"
#include "kernels_internal.h"
#include "quantize.h"

enum {
    DEPTH = 512,           // steps of one partial sum: longer ones visit c less often
    WIDTH = 512,           // columns of a block of c
    BLOCK_ROWS = 96,       // rows of a block of c, about: 192 KiB of c, 224 KiB of a at a time
    BLOCK_ROWS_MOST = 112,
    ONE_BLOCK_ROWS = 96,   // up to here one block holds all rows, so that b is read once
    SMALL_ROWS = 6,        // up to here rows meet several panels of b at once
    SMALL_PANELS = 6,
    FETCHING_TILES = 6,    // up to here every tile of a panel fetches its share of the next one
    FETCHING_ROWS = 8,     // from here on products compute for longer than they wait for memory
    FETCH_AHEAD = 1024,    // bytes of each panel that a few rows ask for before they need them
    TOGETHER = 4,          // steps packed in one go
    PACKED_AHEAD = 24,     // steps ahead whose place is asked for: another thread may have had it
    PACK_STEPS = 8,        // rows of b read side by side: more are more than processors foresee
    STEPS_A_LINE = 8,      // k of a tile for a line of a that it fetches
    LINES_OF_B = 3,        // lines of b at once, whose next panels are wanted sooner
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
    bool quads;    // whether a step is four integers; panels count as f32 then too
    size_t steps, depth;  // of the product, of a partial sum
    const void *panels;
    nj_kind panel_kind;
    // Where b is quantized: the scales of columns and of rows; with `quads` what sums begin with.
    const float *scales, *row_scales;
    const int32_t *offsets;
    // Where b is packed at its first use: how, and the state of every panel and partial sum.
    const struct pack_run *pack;
    uint8_t *packing;
    const float *a_panel;  // all rows of op(a), where they are few
    size_t row_blocks, block_columns, column_blocks;
    // Threads whose scratch memory holds all rows of op(a) already, where one block has them.
    bool holds_a[THREADS_REMEMBERED];
};

// How far a panel of b is for one partial sum. The thread that meets it first packs it.
enum packing { NOT_PACKED, BEING_PACKED, PACKED };

// One block of c, and its thread's memory.
struct block {
    size_t row, rows;
    size_t next_row, next_rows;  // of the thread's next block, 0 rows where there is none
    float *a;          // panels of the block's rows
    size_t slice;      // floats of them for a partial sum; 0 where the next one takes their place
    float *converted;  // two panels of b as f32
    float *sums;       // [rows][WIDTH], where c does not hold them itself
    int thread;
};

// Rows of a to round (gemm_integers.h).
struct round_run {
    const void *a;
    nj_kind kind;
    size_t k;
    float *out, *scales;
};

#include "gemm_ahead.h"

// A tile on its way over the steps of a partial sum, which is written to c or added to it.
struct tile_work {
    const float *a, *b;
    size_t apart;  // floats between two panels of b that lie side by side
    size_t depth;
    float *c;
    size_t stride;
    bool add;
    // Where not NULL, the place of the sums in a product's c of bf16; `c` has what was added up before.
    uint16_t *rounded;
    size_t rounded_stride;
    struct line_walk *packed_next;  // is fetched on the way where nothing else is
    // Where not NULL, what lies there, and for the second panel what lies `ahead_apart` from it, is
    // fetched on the way, `pace` floats a step.
    const float *ahead;
    size_t ahead_apart, pace;
    // Where `fetches`, what a later kernel reads is fetched too.
    bool fetches;
    const char *pieces[NJ_PIECES_MOST];
    const int32_t *offsets;  // what sums of integers begin with, by columns
};

// Bytes that a step of a tile asks for of what a later kernel reads: products of integers are over in
// half the time, so that their steps ask for more.
static inline size_t fetched_a_step(int each) { return each == 4 ? 128 : 64; }

// The first row of a block of rows: they differ by a row at most.
static inline size_t first_row(const struct gemm_run *run, size_t row_block) {
    return run->call->m * row_block / run->row_blocks;
}

// Bytes from a panel of 16 columns to the next.
static inline size_t panel_bytes(const struct gemm_run *run) {
    return 16 * (run->panel_kind == NJ_I8 ? nj_round_up(run->steps, 4)
                                          : run->steps * nj_kind_bytes(run->panel_kind));
}

// Whether sums are added up in c itself.
static inline bool is_direct(const struct gemm_run *run) {
    return run->call->c_kind == NJ_F32 && !run->scales;
}

// Whether a tile rounds whole sums into c.
static inline bool rounds_at_once(const struct gemm_run *run) {
    return run->call->c_kind == NJ_BF16 && !run->scales && !run->call->accumulate;
}

static inline uint8_t *packing_state(const struct gemm_run *run, size_t panel, size_t k0) {
    return run->packing + panel * nj_ceil_div(run->steps, run->depth) + k0 / run->depth;
}

// Whether nobody has begun to pack the panel of `column` for the partial sum from step k0 on.
static inline bool is_unpacked(const struct gemm_run *run, size_t column, size_t k0) {
    return __atomic_load_n(packing_state(run, column / 16, k0), __ATOMIC_RELAXED) == NOT_PACKED;
}

// What the sums of the columns from `column` on begin with where they take step k0 first.
static inline const int32_t *offsets_at(const struct gemm_run *run, size_t column, size_t k0) {
    if (!run->quads) return NULL;
    return run->offsets + k0 / run->depth * nj_round_up(run->call->n, 16) + column;
}

#endif

#define NJ_SELF "gemm.c"
#define NJ_WITH_BYTES
#include "each_variant.h"

#ifdef NJ_PASS

#include "vector.h"
#include "gemm_pack.h"
#include "gemm_integers.h"
#include "gemm_tile.h"
#include "gemm_block.h"
#include "gemm_few_rows.h"

static void NJ(pack_small_a)(const struct gemm_run *run, float *out) {
    NJ(pack_a)(run->call, 0, run->call->m, 0, run->steps, out, run->pairs);
}
static size_t NJ(tile_rows)(void) { return NJ_TILE_ROWS; }
static size_t NJ(a_width)(void) { return NJ_A_WIDTH; }
static bool NJ(multiplies_bf16)(void) { return NJ_MULTIPLIES_BF16; }
static bool NJ(multiplies_i8)(void) { return NJ_MULTIPLIES_I8; }

#else

static void clear(const nj_gemm_call *call) {
    if (!call->accumulate)
        memset(call->c, 0, call->m * call->n * nj_kind_bytes(call->c_kind));
}

// How c is cut into tasks: blocks of rows, a multiple of the threads where there is a choice, so that all
// end together; where they are too few for the team, of columns too.
static void plan_blocks(struct gemm_run *run, size_t threads) {
    size_t tile = NJ_PICK(tile_rows)(), m = run->call->m, wanted = 4 * threads;
    size_t rounds = nj_ceil_div(m, BLOCK_ROWS * threads);
    run->row_blocks = nj_min(rounds * threads, nj_ceil_div(m, 4 * tile));
    if (m <= ONE_BLOCK_ROWS) run->row_blocks = 1;
    size_t most = nj_ceil_div(run->columns, 64);
    run->column_blocks = run->row_blocks >= wanted
        ? 1 : nj_min(most, nj_ceil_div(wanted, run->row_blocks));
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
        size_t together = call->m < 4 ? 5 - call->m : 1;
        nj_for_ranges(panels, together, serial ? SIZE_MAX : 0, NJ_PICK(few_rows), run);
        return;
    }
    plan_blocks(run, serial ? 1 : (size_t)nj_threads());
    size_t tasks = run->row_blocks * run->column_blocks;
    if (serial)
        for (size_t i = 0; i < tasks; i++) NJ_PICK(gemm_block)(run, i, 0);
    else
        nj_for_tasks(tasks, NJ_PICK(gemm_block), run);
}

// The product's a as integers, and how its steps are taken from there.
static void round_a(struct gemm_run *run, nj_gemm_call *rounded) {
    const size_t m = rounded->m, k = rounded->k;
    run->quads = NJ_PICK(multiplies_i8)();
    size_t floats = run->quads ? m * nj_ceil_div(k, 4) : m * k;
    float *out = nj_shared_scratch(NJ_SCRATCH_ROUNDED, (floats + m) * sizeof *out);
    struct round_run rounding = {rounded->a, rounded->a_kind, k, out, out + floats};
    nj_for_ranges(m, 1, nj_ceil_div(SERIAL_WORK / 8, k), NJ_PICK(round_rows), &rounding);
    struct nj_quantized b = nj_quantized_parts(rounded->b, rounded->n, k);
    run->panels = b.integers;
    run->scales = b.scales;
    run->row_scales = rounding.scales;
    run->offsets = b.offsets;
    run->panel_kind = run->quads ? NJ_F32 : NJ_I8;
    rounded->a = out;
    rounded->a_kind = NJ_F32;
    if (!run->quads) return;
    rounded->k = run->steps = nj_ceil_div(k, 4);
    run->depth = NJ_INTEGER_SUM / 4;
}

void nj_gemm(const nj_gemm_call *call) {
    const size_t n = call->n, k = call->k;
    if (call->m == 0 || n == 0) return;
    if (k == 0) return clear(call);

    bool is_bf16 = call->a_kind == NJ_BF16 || call->b_kind == NJ_BF16;
    // A weight that was packed as f32 stays one.
    bool fixed = call->b_arrangement == NJ_PACKED && call->b_kind != NJ_BF16;
    struct gemm_run run = {.call = call, .panel_kind = NJ_F32, .steps = k, .depth = DEPTH};
    nj_gemm_call rounded = *call;
    if (call->b_kind == NJ_I8) {
        round_a(&run, &rounded);
        run.call = call = &rounded;
    }
    run.pairs = is_bf16 && !fixed && nj_gemm_multiplies_bf16();
    if (run.pairs) run.steps = nj_ceil_div(k, 2);
    const size_t steps = run.steps;
    if (call->m <= nj_min(SMALL_ROWS, NJ_PICK(tile_rows)())) {
        float *a = nj_shared_scratch(
            NJ_SCRATCH_PARTIALS, (steps * NJ_PICK(a_width)() + 16) * sizeof(float));
        NJ_PICK(pack_small_a)(&run, a);
        run.a_panel = a;
    }
    if (call->b_arrangement == NJ_PACKED) {
        run.columns = n;
        if (call->b_kind != NJ_I8) run.panels = call->b;
        if (call->b_kind == NJ_BF16 && !run.pairs) run.panel_kind = NJ_BF16;
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
        run.panels = packed;
        if (call->m > ONE_BLOCK_ROWS) {
            size_t states = panels * nj_ceil_div(steps, run.depth);
            run.pack = &pack;
            run.packing = nj_shared_scratch(NJ_SCRATCH_PARTIALS, states);
            memset(run.packing, NOT_PACKED, states);
        } else {
            bool serial = panels * 16 * steps < SERIAL_WORK / 4;
            nj_for_ranges(panels, 1, serial ? SIZE_MAX : 0, NJ_PICK(pack_b), &pack);
        }
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
