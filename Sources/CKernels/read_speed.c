// Reads memory as fast as the team can: what the speed of a single text is held against.
#ifndef READ_RUN
#define READ_RUN
#include "kernels_internal.h"

enum {
    STREAMS = 4,           // as many as a product of one row reads at once
    FETCHED_AHEAD = 1024,  // bytes
};

struct read_run {
    const char *bytes;
    int32_t *sums;  // 16 a thread
};
#endif

#define NJ_SELF "read_speed.c"
#include "each_variant.h"

#ifdef NJ_PASS

// Chunks from..<to of 64 bytes, in streams that go on side by side.
static void NJ(read_chunks)(void *context, size_t from, size_t to, int thread) {
    const struct read_run *run = context;
    size_t each = (to - from) / STREAMS;
    nj_i16 sum[STREAMS] = {{0}};
    for (size_t i = 0; i < each; i++)
        for (size_t s = 0; s < STREAMS; s++) {
            const char *chunk = run->bytes + (from + s * each + i) * 64;
            __builtin_prefetch(chunk + FETCHED_AHEAD);
            nj_i16 v;
            __builtin_memcpy(&v, chunk, sizeof v);
            sum[s] ^= v;
        }
    for (size_t s = 1; s < STREAMS; s++) sum[0] ^= sum[s];
    __builtin_memcpy(run->sums + thread * 16, &sum[0], sizeof sum[0]);
}

#else

int32_t nj_read(const void *bytes, size_t count) {
    size_t size = (size_t)nj_threads() * 16 * sizeof(int32_t);
    struct read_run run = {bytes, nj_shared_scratch(NJ_SCRATCH_PARTIALS, size)};
    memset(run.sums, 0, size);
    nj_for_ranges(count / 64, STREAMS, 0, NJ_PICK(read_chunks), &run);
    int32_t sum = 0;
    for (size_t i = 0; i < size / sizeof sum; i++) sum ^= run.sums[i];
    return sum;
}

#endif
