// Includes the file named by NJ_SELF once per instruction set.
//
// A kernel file is read several times: once from the top, where this header reads it again for
// every variant that the machine's family has (NJ_PASS is defined then, NJ(f) names the variant's
// function, and the compiler may use the variant's instructions), and then to its end, where the
// public function picks among the variants by `nj_isa()`. No build flags are needed.
//
// What is not a variant's own (types, functions without NJ, headers) stands before the inclusion of
// this header, behind a guard: inside a pass it would be compiled for that pass's instructions.
//
// NJ_TILE_ROWS is the number of rows of a register tile that is 16 columns wide,
// NJ_REGISTER_LANES the floats that one vector register holds, NJ_MULTIPLIES_BF16 and NJ_MULTIPLIES_I8
// whether there is an instruction that multiplies pairs of bf16 and adds in f32, and one that multiplies
// fours of bytes and adds in integers of 32 bits. A file that multiplies bytes defines NJ_WITH_BYTES and
// is read once more, for processors that have the second alone.
#ifndef NJ_PASS

#include "kernels_internal.h"
#define NJ_PASS 1
#define NJ_JOIN_(a, b) a##_##b
#define NJ_JOIN(a, b) NJ_JOIN_(a, b)
#define NJ(name) NJ_JOIN(name, NJ_VARIANT)

#if defined(__x86_64__)
#include <immintrin.h>

#define NJ_MULTIPLIES_BF16 1
#define NJ_MULTIPLIES_I8 1
#define NJ_VARIANT v4_bf16
#define NJ_TILE_ROWS 14
#define NJ_REGISTER_LANES 16
#pragma clang attribute push(                                                                 \
    __attribute__((target("avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512bf16,avx512vnni," \
                          "avx2,fma,f16c,bmi,bmi2"))),                                        \
    apply_to = function)
#include NJ_SELF
#pragma clang attribute pop
#undef NJ_VARIANT
#undef NJ_TILE_ROWS
#undef NJ_REGISTER_LANES
#undef NJ_MULTIPLIES_BF16
#undef NJ_MULTIPLIES_I8
#define NJ_MULTIPLIES_BF16 0
#define NJ_MULTIPLIES_I8 0

#ifdef NJ_WITH_BYTES
#undef NJ_MULTIPLIES_I8
#define NJ_MULTIPLIES_I8 1
#define NJ_VARIANT v4_bytes
#define NJ_TILE_ROWS 14
#define NJ_REGISTER_LANES 16
#pragma clang attribute push(                                                                    \
    __attribute__((target("avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vnni,avx2,fma,"     \
                          "f16c,bmi,bmi2"))),                                                    \
    apply_to = function)
#include NJ_SELF
#pragma clang attribute pop
#undef NJ_VARIANT
#undef NJ_TILE_ROWS
#undef NJ_REGISTER_LANES
#undef NJ_MULTIPLIES_I8
#define NJ_MULTIPLIES_I8 0
#define NJ_PICK_V4(name) (nj_multiplies_bytes() ? name##_v4_bytes : name##_v4)
#else
#define NJ_PICK_V4(name) name##_v4
#endif

#define NJ_VARIANT v4
#define NJ_TILE_ROWS 14
#define NJ_REGISTER_LANES 16
#pragma clang attribute push(                                                                     \
    __attribute__((target("avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma,f16c,bmi,bmi2"))), \
    apply_to = function)
#include NJ_SELF
#pragma clang attribute pop
#undef NJ_VARIANT
#undef NJ_TILE_ROWS
#undef NJ_REGISTER_LANES

#define NJ_VARIANT v3
#define NJ_TILE_ROWS 6
#define NJ_REGISTER_LANES 8
#pragma clang attribute push(                                                                      \
    __attribute__((target("avx2,fma,f16c,bmi,bmi2"))), apply_to = function)
#include NJ_SELF
#pragma clang attribute pop
#undef NJ_VARIANT
#undef NJ_TILE_ROWS
#undef NJ_REGISTER_LANES

#define NJ_VARIANT base
#define NJ_TILE_ROWS 2
#define NJ_REGISTER_LANES 4
#include NJ_SELF
#undef NJ_VARIANT
#undef NJ_TILE_ROWS
#undef NJ_REGISTER_LANES

#define NJ_PICK(name) \
    (nj_isa() == NJ_ISA_X86_64_V4_BF16  ? name##_v4_bf16   \
         : nj_isa() == NJ_ISA_X86_64_V4 ? NJ_PICK_V4(name) \
         : nj_isa() == NJ_ISA_X86_64_V3 ? name##_v3        \
                                        : name##_base)

#else
#define NJ_MULTIPLIES_BF16 0
#define NJ_MULTIPLIES_I8 0

#define NJ_VARIANT base
#define NJ_TILE_ROWS 6
#define NJ_REGISTER_LANES 4
#include NJ_SELF
#undef NJ_VARIANT
#undef NJ_TILE_ROWS
#undef NJ_REGISTER_LANES

#define NJ_PICK(name) (name##_base)

#endif

#undef NJ_PASS
#endif
