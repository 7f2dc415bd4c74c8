// The sizes and the state of attention's passes, shared by all variants.
#pragma once

#include <math.h>

#include "kernels_internal.h"

// Keys are visited in blocks of TILE, aligned at absolute positions: a query meets the same blocks
// in the same order whether it comes alone or in a batch.
enum { TILE = 64 };

// e^x is 2^(x LOG2_E).
#define LOG2_E 1.44269504f

// A row's level rises where its weights would pass e^RISE. Nearer scores leave it and what was summed as
// they are: most rows keep the level of their first block.
#define RISE 5.5f

// A tile of queries on its way over the blocks of keys (online softmax, Milakov and Gimelshein
// 2018; tiling, Dao et al. 2022).
struct query_tile {
    size_t rows, size, padded;
    float soft_cap;      // of the scores; 0 where there is none
    bool pairs;          // of bf16, as `attention_pairs.h` has them
    float scale;         // of the scores, in pairs; else the queries are scaled
    float unit;          // what a score of 1 is worth: the scale where nothing has applied it, else 1
    int start[TILE];     // the first position a row sees
    int position[TILE];  // the last
    // What a row's weights are counted from: the largest score of a block, and at most RISE below any since.
    // Beyond the rows infinity, for 16 are read at a time.
    float top[TILE + 16];
    float sum[TILE];     // of a row's weights, once it is settled
    float *queries;      // [size][TILE], turned and scaled; in pairs [size / 2][TILE]
    float *out;          // [TILE][padded], not yet divided by the sum
    float *scores;       // [TILE][TILE]
    float *sums;         // [TILE][16]: of a row's weights so far, those of every 16th key
};

static inline size_t nj_query_tile_floats(size_t padded) {
    return 2 * TILE * padded + TILE * TILE + TILE * 16;
}

static inline void nj_query_tile_init(
    struct query_tile *tile, size_t rows, size_t size, size_t padded, float soft_cap, bool pairs,
    float scale, float *memory
) {
    tile->rows = rows;
    tile->size = size;
    tile->padded = padded;
    tile->soft_cap = soft_cap;
    tile->pairs = pairs;
    tile->scale = scale;
    tile->unit = pairs && soft_cap == 0 ? scale : 1;
    tile->queries = memory;
    tile->out = memory + TILE * padded;
    tile->scores = memory + 2 * TILE * padded;
    tile->sums = tile->scores + TILE * TILE;
    memset(tile->out, 0, rows * padded * sizeof *memory);
    memset(tile->sums, 0, rows * 16 * sizeof *memory);
    for (size_t i = 0; i < TILE + 16; i++) tile->top[i] = i < rows ? -INFINITY : INFINITY;
}
