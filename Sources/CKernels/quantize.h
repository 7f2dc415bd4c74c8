// How a quantized weight lies in memory: see quantize.c.
#pragma once

#include "kernels_internal.h"

// k in one exact sum: 512 products of integers up to 127 stay below 2^24, so that f32 and integers of
// 32 bits add them up to the same number.
enum { NJ_INTEGER_SUM = 512 };

struct nj_quantized {
    int8_t *integers;  // panels [n / 16][k / 4][16][4], zeros beyond n and k
    float *scales;     // [n rounded up to 16]
    int32_t *offsets;  // [k / NJ_INTEGER_SUM, rounded up][n rounded up to 16]
};
struct nj_quantized nj_quantized_parts(const void *packed, size_t n, size_t k);
