// Which instruction set the kernels use: the best that this processor has, or a lesser one that
// NIGHTJAR_ISA (`base`, `x86-64-v3`, `x86-64-v4`, `x86-64-v4-bf16`) or a test names.
#include <stdlib.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "kernels_internal.h"

static int best(void) {
#if defined(__x86_64__)
    bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")
        && __builtin_cpu_supports("f16c") && __builtin_cpu_supports("bmi2");
    bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq")
        && __builtin_cpu_supports("avx512vl");
    if (v4 && __builtin_cpu_supports("avx512bf16") && nj_multiplies_bytes())
        return NJ_ISA_X86_64_V4_BF16;
    return v4 ? NJ_ISA_X86_64_V4 : v3 ? NJ_ISA_X86_64_V3 : NJ_ISA_BASE;
#else
    return NJ_ISA_BASE;
#endif
}

// Whether multiplying bf16 in vectors pays. Intel's processors since Sapphire Rapids leave bf16 to
// their units for matrix tiles and take two cycles for one `vdpbf16ps`, in which f32 gets four
// multiply-adds, twice the arithmetic (decision 0001); there bf16 becomes f32 on the way.
static bool multiplies_bf16_fast(void) {
#if defined(__x86_64__)
    return !__builtin_cpu_is("intel") || __builtin_cpu_is("cooperlake");
#else
    return false;
#endif
}

static int wished(void) {
    const char *wish = getenv("NIGHTJAR_ISA");
    if (wish && !strcmp(wish, "base")) return NJ_ISA_BASE;
    if (wish && !strcmp(wish, "x86-64-v3")) return NJ_ISA_X86_64_V3;
    if (wish && !strcmp(wish, "x86-64-v4")) return NJ_ISA_X86_64_V4;
    if (wish && !strcmp(wish, "x86-64-v4-bf16")) return NJ_ISA_X86_64_V4_BF16;
    return multiplies_bf16_fast() ? NJ_ISA_X86_64_V4_BF16 : NJ_ISA_X86_64_V4;
}

bool nj_multiplies_bytes(void) {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx512vnni");
#else
    return false;
#endif
}

bool nj_has_matrix_tiles(void) {
#if defined(__x86_64__)
    enum { AMX_BF16 = 1 << 22 };
    unsigned a, b, c, d;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d & AMX_BF16);
#else
    return false;
#endif
}

static int chosen = -1;

void nj_force_isa(int isa) {
    int most = best(), least = isa < 0 ? wished() : isa;
    __atomic_store_n(&chosen, least < most ? least : most, __ATOMIC_RELAXED);
}

int nj_isa(void) {
    int known = __atomic_load_n(&chosen, __ATOMIC_RELAXED);
    if (known >= 0) return known;
    // Threads that race here all find the same answer.
    nj_force_isa(-1);
    return __atomic_load_n(&chosen, __ATOMIC_RELAXED);
}

const char *nj_isa_name(void) {
    switch (nj_isa()) {
    case NJ_ISA_X86_64_V4_BF16: return "x86-64-v4 with bf16";
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
