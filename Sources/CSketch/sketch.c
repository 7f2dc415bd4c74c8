#include "CSketch.h"

#include <string.h>

// 16 lanes are one AVX-512 register, two of AVX2, four of SSE or NEON.
typedef uint32_t lanes16 __attribute__((vector_size(64)));

#if defined(__x86_64__) && defined(__linux__)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif

CLONES void sketch_minima(
    const uint32_t *hashes, size_t count, const uint32_t *factors, const uint32_t *terms,
    uint32_t *minima, size_t lanes) {
    for (size_t lane = 0; lane < lanes; lane += 16) {
        lanes16 factor, term, least;
        memcpy(&factor, factors + lane, sizeof factor);
        memcpy(&term, terms + lane, sizeof term);
        memcpy(&least, minima + lane, sizeof least);
        for (size_t i = 0; i < count; i++) {
            lanes16 value = factor * hashes[i] + term;
            least = __builtin_elementwise_min(least, value);
        }
        memcpy(minima + lane, &least, sizeof least);
    }
}
