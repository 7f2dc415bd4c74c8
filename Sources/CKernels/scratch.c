// The scratch memory of kernels: it grows to the largest call and stays.
#include "kernels_internal.h"

struct scratch {
    void *bytes;
    size_t capacity;
};

static struct scratch shared[NJ_SCRATCH_SHARED_COUNT];
static struct scratch per_thread[NJ_MOST_THREADS];

static void *grown(struct scratch *scratch, size_t bytes) {
    if (bytes > scratch->capacity) {
        if (scratch->bytes) nj_release(scratch->bytes, scratch->capacity);
        // An eighth more than asked for: lengths that creep upward must not allocate each time.
        size_t capacity = nj_round_up(bytes + bytes / 8, 4096);
        scratch->bytes = nj_allocate(capacity);
        if (!scratch->bytes) nj_out_of_memory(capacity);
        scratch->capacity = capacity;
    }
    return scratch->bytes;
}

void *nj_shared_scratch(enum nj_scratch_slot slot, size_t bytes) {
    return grown(&shared[slot], bytes);
}

void *nj_thread_scratch(int thread, size_t bytes) { return grown(&per_thread[thread], bytes); }

static void dropped(struct scratch *scratch) {
    if (scratch->bytes) nj_release(scratch->bytes, scratch->capacity);
    *scratch = (struct scratch){0};
}

void nj_trim_scratch(void) {
    for (int i = 0; i < NJ_SCRATCH_SHARED_COUNT; i++) dropped(&shared[i]);
    for (int i = 0; i < NJ_MOST_THREADS; i++) dropped(&per_thread[i]);
}
