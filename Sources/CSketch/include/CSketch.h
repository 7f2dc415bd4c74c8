// Minima of many hash functions at once: the loop that MinHash signatures are made of.
#ifndef CSKETCH_H
#define CSKETCH_H

#include <stddef.h>
#include <stdint.h>

/// Lowers each of `lanes` minima to the least of `factors[lane] * hash + terms[lane]` (mod 2^32) over
/// `count` hashes. `lanes` is a multiple of 16.
void sketch_minima(
    const uint32_t *hashes, size_t count, const uint32_t *factors, const uint32_t *terms,
    uint32_t *minima, size_t lanes);

#endif
