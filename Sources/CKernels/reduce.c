// The sum of squares of a tensor, in double precision.
//
// Summed over blocks of 16 Ki elements, 16 lanes each, then over blocks in order: the same for
// any size of the team.
#ifndef REDUCE_TYPES
#define REDUCE_TYPES
#include "kernels_internal.h"

enum { BLOCK = 1 << 14 };
struct reduce_run {
    const void *x;
    nj_kind kind;
    size_t count;
    double *partials;
};
#endif

#define NJ_SELF "reduce.c"
#include "each_variant.h"

#ifdef NJ_PASS

#include "vector.h"

static void NJ(sum_of_squares)(void *context, size_t from, size_t to, int thread) {
    const struct reduce_run *run = context;
    (void)thread;
    for (size_t block = from; block < to; block++) {
        nj_d16 sum = {0};
        size_t end = nj_min(run->count, (block + 1) * BLOCK);
        NJ_EACH(i, n, block * BLOCK, end, {
            nj_v16 x = NJ(load_some)(run->x, i, n, run->kind);
            nj_d16 wide = __builtin_convertvector(x, nj_d16);
            sum += wide * wide;
        });
        double total = 0;
        for (int lane = 0; lane < 16; lane++) total += sum[lane];
        run->partials[block] = total;
    }
}

#else

double nj_sum_of_squares(const void *x, nj_kind kind, size_t count) {
    if (count == 0) return 0;
    size_t blocks = nj_ceil_div(count, BLOCK);
    double *partials = nj_shared_scratch(NJ_SCRATCH_PARTIALS, blocks * sizeof *partials);
    struct reduce_run run = {x, kind, count, partials};
    nj_for_ranges(blocks, 1, 2, NJ_PICK(sum_of_squares), &run);
    double sum = 0;
    for (size_t i = 0; i < blocks; i++) sum += partials[i];
    return sum;
}

#endif
