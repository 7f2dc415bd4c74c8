// The sizes and the state of attention's passes, shared by all variants.
#pragma once

#include <math.h>

#include "kernels_internal.h"

// Keys are visited in blocks of TILE, aligned at absolute positions: a query meets the same blocks
// in the same order whether it comes alone or in a batch.
enum { TILE = 64 };

// A tile of queries on its way over the blocks of keys (online softmax, Milakov and Gimelshein
// 2018; tiling, Dao et al. 2022).
struct query_tile {
    size_t rows, size, padded;
    float soft_cap;      // of the scores; 0 where there is none
    bool pairs;          // of bf16, as `attention_pairs.h` has them
    float scale;         // of the scores, in pairs; else the queries are scaled
    int start[TILE];     // the first position a row sees
    int position[TILE];  // the last
    float top[TILE];     // the largest score so far
    float sum[TILE];     // the sum of exponentials below it
    float *queries;      // [size][TILE], turned and scaled; in pairs [size / 2][TILE]
    float *out;          // [TILE][padded], not yet divided by the sum
    float *scores;       // [TILE][TILE]
};

static inline size_t nj_query_tile_floats(size_t padded) {
    return 2 * TILE * padded + TILE * TILE;
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
    tile->queries = memory;
    tile->out = memory + TILE * padded;
    tile->scores = memory + 2 * TILE * padded;
    memset(tile->out, 0, rows * padded * sizeof *memory);
    for (size_t i = 0; i < rows; i++) {
        tile->top[i] = -INFINITY;
        tile->sum[i] = 0;
    }
}
