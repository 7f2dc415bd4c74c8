// What the kernel files share: scratch memory, work splitting, small arithmetic.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "CKernels.h"

// Vectors are passed only to functions that are always inlined: no calling convention is at stake.
#pragma clang diagnostic ignored "-Wpsabi"

// Whether there are units for matrix tiles (AMX), which oneDNN alone can use.
bool nj_has_matrix_tiles(void);

// Whether the processor multiplies fours of bytes (AVX-512 VNNI).
bool nj_multiplies_bytes(void);

// Whether nj_gemm multiplies bf16 by the machine's own instruction.
bool nj_gemm_multiplies_bf16(void);

// A vector of 16 floats is the unit of every kernel: one AVX-512 register, two of AVX2, four of
// SSE or NEON. Because lanes are summed in one order, all variants with fused multiply-add give
// the same bits.
#define NJ_LANES 16
typedef float nj_v16 __attribute__((vector_size(64)));
typedef int32_t nj_i16 __attribute__((vector_size(64)));
typedef uint32_t nj_u16 __attribute__((vector_size(64)));
typedef uint16_t nj_h16 __attribute__((vector_size(32)));
typedef uint16_t nj_h32 __attribute__((vector_size(64)));
typedef float nj_v8 __attribute__((vector_size(32)));
typedef float nj_v4 __attribute__((vector_size(16)));
typedef uint16_t nj_h8 __attribute__((vector_size(16)));
typedef uint32_t nj_u8 __attribute__((vector_size(32)));
typedef double nj_d16 __attribute__((vector_size(128)));

// Keeps a sum in its vector register at this point of a loop: left alone, the register allocator
// reorders multiply-adds across steps and spills most of a tile (measured: 38 % of peak).
#if defined(__x86_64__)
#define NJ_KEEP(vector) __asm__("" : "+v"(vector))
#elif defined(__aarch64__)
#define NJ_KEEP(vector) __asm__("" : "+w"(vector))
#else
#define NJ_KEEP(vector) ((void)0)
#endif

#define NJ_INLINE static inline __attribute__((always_inline, unused))

static inline size_t nj_min(size_t a, size_t b) { return a < b ? a : b; }
static inline size_t nj_max(size_t a, size_t b) { return a > b ? a : b; }
static inline size_t nj_ceil_div(size_t a, size_t b) { return (a + b - 1) / b; }
static inline size_t nj_round_up(size_t a, size_t b) { return nj_ceil_div(a, b) * b; }
static inline size_t nj_kind_bytes(nj_kind kind) {
    return kind == NJ_I8 ? 1 : kind == NJ_BF16 ? 2 : 4;
}

enum { NJ_MOST_THREADS = 256 };

// Grow-only scratch that is 64-byte aligned. Slots of `NJ_SCRATCH_SHARED` belong to the caller of
// a kernel, those of `nj_thread_scratch` to the team's threads; contents last for one kernel call.
enum nj_scratch_slot {
    NJ_SCRATCH_PACKED_B,
    NJ_SCRATCH_PARTIALS,
    NJ_SCRATCH_ATTENTION,
    NJ_SCRATCH_ROUNDED,
    NJ_SCRATCH_SHARED_COUNT
};
void *nj_shared_scratch(enum nj_scratch_slot slot, size_t bytes);
void *nj_thread_scratch(int thread, size_t bytes);

// Runs `body(context, from, to, thread)` over 0..<count, cut into runs of consecutive indices, several
// for each thread, that begin at multiples of `grain`. Small counts run on the caller alone.
typedef void (*nj_range_body)(void *context, size_t from, size_t to, int thread);
void nj_for_ranges(
    size_t count, size_t grain, size_t serial_below, nj_range_body body, void *context);

// Runs `body(context, index, thread)` for every index below `count`, handed out one by one.
typedef void (*nj_task_body)(void *context, size_t index, int thread);
void nj_for_tasks(size_t count, nj_task_body body, void *context);

// Waits until another member of the team has made `flag` `value`.
void nj_await(const uint8_t *flag, uint8_t value);
