// One over the length of each row, summed in two vectors of 16 lanes.
#ifndef ROW_NORMS_TYPES
#define ROW_NORMS_TYPES
#include <math.h>

#include "kernels_internal.h"

struct row_norms_run {
    const void *x;
    float *norms;
    nj_kind kind;
    size_t width;
};
#endif

#define NJ_SELF "row_norms.c"
#include "each_variant.h"

#ifdef NJ_PASS

#include "vector.h"

static void NJ(inverse_row_norms)(void *context, size_t from, size_t to, int thread) {
    const struct row_norms_run *run = context;
    (void)thread;
    for (size_t row = from; row < to; row++) {
        nj_v16 sums[2] = {{0}, {0}};
        NJ_EACH(j, n, 0, run->width, {
            nj_v16 x = NJ(load_some)(run->x, row * run->width + j, n, run->kind);
            sums[j / 16 % 2] += x * x;
        });
        float sum = NJ(sum_lanes)(sums[0] + sums[1]);
        run->norms[row] = sum == 0 ? 0 : 1 / sqrtf(sum);
    }
}

#else

void nj_inverse_row_norms(
    const void *x, nj_kind kind, float *norms, size_t rows, size_t width
) {
    struct row_norms_run run = {x, norms, kind, width};
    nj_for_ranges(rows, 1, (1 << 13) / (width + 1) + 1, NJ_PICK(inverse_row_norms), &run);
}

#endif
