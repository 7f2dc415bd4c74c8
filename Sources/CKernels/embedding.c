// Rows of a table by index, and the gradient: rows added back into the table's gradient.
//
// The gradient is cut over columns, never over rows, so that rows with one index add up in row
// order whatever the team's size.
#ifndef EMBEDDING_TYPES
#define EMBEDDING_TYPES
#include "kernels_internal.h"

struct embedding_run {
    const void *from;
    const int32_t *ids;
    void *to;
    nj_kind kind;
    size_t rows, width;
};
#endif

#define NJ_SELF "embedding.c"
#include "each_variant.h"

#ifdef NJ_PASS

#include "vector.h"

static void NJ(scatter_add)(void *context, size_t from, size_t to, int thread) {
    const struct embedding_run *run = context;
    (void)thread;
    for (size_t row = 0; row < run->rows; row++) {
        size_t target = (size_t)run->ids[row] * run->width;
        NJ_EACH(j, n, from, to, {
            nj_v16 sum = NJ(load_some)(run->to, target + j, n, NJ_F32)
                + NJ(load_some)(run->from, row * run->width + j, n, run->kind);
            NJ(store_some)(run->to, target + j, n, sum, NJ_F32);
        });
    }
}

#else

static void gather(void *context, size_t from, size_t to, int thread) {
    const struct embedding_run *run = context;
    (void)thread;
    size_t bytes = run->width * nj_kind_bytes(run->kind);
    for (size_t row = from; row < to; row++)
        memcpy((char *)run->to + row * bytes,
            (const char *)run->from + (size_t)run->ids[row] * bytes, bytes);
}

void nj_gather(
    const void *table, nj_kind kind, const int32_t *ids, void *out, size_t rows, size_t width
) {
    struct embedding_run run = {table, ids, out, kind, rows, width};
    nj_for_ranges(rows, 1, (1 << 14) / (width + 1) + 1, gather, &run);
}

void nj_scatter_add(
    const void *upstream, nj_kind kind, const int32_t *ids, float *table_gradient, size_t rows,
    size_t width
) {
    struct embedding_run run = {upstream, ids, table_gradient, kind, rows, width};
    bool serial = rows * width < 1 << 14;
    nj_for_ranges(width, 16, serial ? SIZE_MAX : 0, NJ_PICK(scatter_add), &run);
}

#endif
