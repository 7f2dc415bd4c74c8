// Columns of a matrix: taken out, added to, multiplied; and sums over rows of products.
//
// Those sums run over blocks of 64 rows, then over blocks in order, so that the team's size does
// not show.
#ifndef COLUMNS_TYPES
#define COLUMNS_TYPES
#include "kernels_internal.h"

enum { BLOCK = 64 };
struct columns_run {
    const void *x;
    const void *other;
    void *out;
    const float *factors;
    float *partials;  // [blocks, count]
    nj_kind kind;
    size_t width, first, rows, count;
};
#endif

#define NJ_SELF "columns.c"
#include "each_variant.h"

#ifdef NJ_PASS

#include "vector.h"

static void NJ(add_to_columns)(void *context, size_t from, size_t to, int thread) {
    const struct columns_run *run = context;
    (void)thread;
    for (size_t row = from; row < to; row++) {
        size_t place = row * run->width + run->first;
        NJ_EACH(j, n, 0, run->count, {
            nj_v16 sum = NJ(load_some)(run->out, place + j, n, run->kind)
                + NJ(load_some)(run->x, row * run->count + j, n, run->kind);
            NJ(store_some)(run->out, place + j, n, sum, run->kind);
        });
    }
}

static void NJ(scale_columns)(void *context, size_t from, size_t to, int thread) {
    const struct columns_run *run = context;
    (void)thread;
    for (size_t row = from; row < to; row++) {
        size_t place = row * run->width + run->first;
        NJ_EACH(j, n, 0, run->count, {
            nj_v16 product = NJ(load_some)(run->out, place + j, n, run->kind)
                * NJ(load_some)(run->factors, j, n, NJ_F32);
            NJ(store_some)(run->out, place + j, n, product, run->kind);
        });
    }
}

static void NJ(sum_products)(void *context, size_t from, size_t to, int thread) {
    const struct columns_run *run = context;
    const size_t c = run->count;
    (void)thread;
    for (size_t block = from; block < to; block++) {
        float *partial = run->partials + block * c;
        memset(partial, 0, c * sizeof *partial);
        for (size_t row = block * BLOCK; row < nj_min(run->rows, (block + 1) * BLOCK); row++)
            NJ_EACH(j, n, 0, c, {
                nj_v16 sum = NJ(load_some)(partial, j, n, NJ_F32)
                    + NJ(load_some)(run->x, row * c + j, n, run->kind)
                        * NJ(load_some)(run->other, row * c + j, n, run->kind);
                NJ(store_some)(partial, j, n, sum, NJ_F32);
            });
    }
}

#else

static void take_columns(void *context, size_t from, size_t to, int thread) {
    const struct columns_run *run = context;
    size_t bytes = nj_kind_bytes(run->kind);
    (void)thread;
    for (size_t row = from; row < to; row++)
        memcpy(
            (char *)run->out + row * run->count * bytes,
            (const char *)run->x + (row * run->width + run->first) * bytes, run->count * bytes);
}

static size_t serial_rows(size_t count) { return (1 << 13) / (count + 1) + 1; }

void nj_take_columns(
    const void *x, nj_kind kind, size_t width, size_t first, void *out, size_t rows, size_t count
) {
    struct columns_run run = {
        .x = x, .out = out, .kind = kind, .width = width, .first = first, .count = count};
    if (count) nj_for_ranges(rows, 1, serial_rows(count), take_columns, &run);
}

void nj_add_to_columns(
    const void *x, nj_kind kind, void *out, size_t width, size_t first, size_t rows, size_t count
) {
    struct columns_run run = {
        .x = x, .out = out, .kind = kind, .width = width, .first = first, .count = count};
    nj_for_ranges(rows, 1, serial_rows(count), NJ_PICK(add_to_columns), &run);
}

void nj_scale_columns(
    void *x, nj_kind kind, size_t width, size_t first, const float *factors, size_t rows,
    size_t count
) {
    struct columns_run run = {
        .out = x, .factors = factors, .kind = kind, .width = width, .first = first,
        .count = count};
    nj_for_ranges(rows, 1, serial_rows(count), NJ_PICK(scale_columns), &run);
}

void nj_add_column_products(
    const void *a, const void *b, nj_kind kind, float *sums, size_t rows, size_t width
) {
    if (rows == 0 || width == 0) return;
    size_t blocks = nj_ceil_div(rows, BLOCK);
    float *partials = nj_shared_scratch(NJ_SCRATCH_PARTIALS, blocks * width * sizeof(float));
    struct columns_run run = {
        .x = a, .other = b, .partials = partials, .kind = kind, .rows = rows, .count = width};
    nj_for_ranges(blocks, 1, 0, NJ_PICK(sum_products), &run);
    for (size_t block = 0; block < blocks; block++)
        for (size_t j = 0; j < width; j++) sums[j] += partials[block * width + j];
}

#endif
