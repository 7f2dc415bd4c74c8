// Which instruction set the kernels use: the best that this processor has, or a lesser one that
// NIGHTJAR_ISA names (tests compare them). Chosen once.
#include <stdlib.h>

#include "kernels_internal.h"

static int chosen(void) {
#if defined(__x86_64__)
    int best = NJ_ISA_BASE;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")
        && __builtin_cpu_supports("bmi2"))
        best = NJ_ISA_X86_64_V3;
    if (best == NJ_ISA_X86_64_V3 && __builtin_cpu_supports("avx512f")
        && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd")
        && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        best = NJ_ISA_X86_64_V4;
    const char *wish = getenv("NIGHTJAR_ISA");
    if (wish && !strcmp(wish, "base")) return NJ_ISA_BASE;
    if (wish && !strcmp(wish, "x86-64-v3") && best > NJ_ISA_X86_64_V3) return NJ_ISA_X86_64_V3;
    return best;
#else
    return NJ_ISA_BASE;
#endif
}

int nj_isa(void) {
    static int isa = -1;
    // Threads that race here all find the same answer.
    int known = __atomic_load_n(&isa, __ATOMIC_RELAXED);
    if (known < 0) {
        known = chosen();
        __atomic_store_n(&isa, known, __ATOMIC_RELAXED);
    }
    return known;
}

const char *nj_isa_name(void) {
    switch (nj_isa()) {
    case NJ_ISA_X86_64_V4: return "x86-64-v4";
    case NJ_ISA_X86_64_V3: return "x86-64-v3";
    default:
#if defined(__x86_64__)
        return "x86-64";
#elif defined(__aarch64__)
        return "arm64";
#else
        return "generic";
#endif
    }
}
