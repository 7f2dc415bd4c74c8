// Multiplies and adds what registers hold, as fast as the team can: no product is faster.
#ifndef MULTIPLY_RUN
#define MULTIPLY_RUN
#include "kernels_internal.h"

struct multiply_run {
    const float *numbers;  // 16 of them, of a column
    float *sums;           // 16 a thread
    size_t steps;
    bool pairs;
    size_t flops;  // of a step of all threads
};
#endif

#define NJ_SELF "register_speed.c"
#include "each_variant.h"

#ifdef NJ_PASS

#include "vector.h"

// The steps of a product's tile (gemm_tile.h), without what they read and write.
NJ_INLINE void NJ(multiply_registers)(
    struct multiply_run *run, int thread, int threads, const int each
) {
    enum { PARTS = NJ_REGISTER_LANES == 16 ? 2 : 16 / NJ_REGISTER_LANES };
    enum { SUMS = NJ_TILE_ROWS * PARTS };
    NJ(reg) sum[SUMS] = {{0}}, column;
    __builtin_memcpy(&column, run->numbers, sizeof column);
    const float a = run->numbers[0];
    for (size_t step = 0; step < run->steps; step++) {
        // The compiler may not take a product for the one of the step before.
        NJ_KEEP(column);
#pragma clang loop unroll(full)
        for (int i = 0; i < SUMS; i++) sum[i] = NJ(multiply_add)(sum[i], a, column, each);
#pragma clang loop unroll(full)
        for (int i = 0; i < SUMS; i++) NJ_KEEP(sum[i]);
    }
    for (int i = 1; i < SUMS; i++) sum[0] += sum[i];
    __builtin_memcpy(run->sums + thread * 16, &sum[0], sizeof sum[0]);
    if (thread == 0) run->flops = (size_t)(2 * SUMS * NJ_REGISTER_LANES * each * threads);
}

static void NJ(multiply_in_registers)(void *context, int thread, int threads) {
    struct multiply_run *run = context;
    if (NJ_MULTIPLIES_BF16 && run->pairs)
        NJ(multiply_registers)(run, thread, threads, NJ_MULTIPLIES_BF16 ? 2 : 1);
    else
        NJ(multiply_registers)(run, thread, threads, 1);
}

#else

double nj_multiply_in_registers(nj_kind kind, size_t steps) {
    float numbers[16];
    for (int i = 0; i < 16; i++) numbers[i] = 0.5f;
    const int threads = nj_threads();
    float *sums = nj_shared_scratch(NJ_SCRATCH_PARTIALS, (size_t)threads * 16 * sizeof *sums);
    bool pairs = kind == NJ_BF16 && nj_gemm_multiplies_bf16();
    struct multiply_run run = {numbers, sums, steps, pairs, 0};
    nj_parallel(NJ_PICK(multiply_in_registers), &run, threads);
    return (double)run.flops * (double)steps;
}

#endif
