// The team of threads that every kernel and oneDNN share, and the scratch memory of its members.
//
// libgomp keeps one pool of threads per calling thread, so all of this belongs to the one compute
// thread that calls in: see `ComputeThread`. Work is cut so that no element's arithmetic depends
// on the cut; the number of threads therefore never changes a result.
#if defined(__linux__)
#define _GNU_SOURCE
#include <sched.h>
#endif
#include <stdlib.h>
#include <unistd.h>

#include "kernels_internal.h"

#define MAX_THREADS 256

extern void GOMP_parallel(void (*)(void *), void *, unsigned, unsigned);
extern int omp_get_thread_num(void);
extern int omp_get_num_threads(void);
extern void omp_set_num_threads(int);
extern void omp_set_dynamic(int);

static int team_size = 1;

void nj_set_threads(int count) {
    team_size = count < 1 ? 1 : count > MAX_THREADS ? MAX_THREADS : count;
    // Neither is inherited from thread to thread, so the compute thread asks for itself.
    omp_set_dynamic(0);
    omp_set_num_threads(team_size);
}

int nj_threads(void) { return team_size; }

static _Thread_local int is_compute_thread;

void nj_become_compute_thread(int threads) {
    is_compute_thread = 1;
    nj_set_threads(threads);
}

int nj_is_compute_thread(void) { return is_compute_thread; }

int nj_available_processors(void) {
#if defined(__linux__)
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count > 0 ? (int)count : 1;
}

struct parallel_call {
    nj_parallel_body body;
    void *context;
};

static void parallel_entry(void *data) {
    const struct parallel_call *call = data;
    call->body(call->context, omp_get_thread_num(), omp_get_num_threads());
}

void nj_parallel(nj_parallel_body body, void *context, int threads) {
    if (threads > team_size) threads = team_size;
    if (threads <= 1) {
        body(context, 0, 1);
        return;
    }
    struct parallel_call call = {body, context};
    GOMP_parallel(parallel_entry, &call, (unsigned)threads, 0);
}

struct range_call {
    nj_range_body body;
    void *context;
    size_t count, grain;
};

static void range_entry(void *data, int thread, int threads) {
    const struct range_call *call = data;
    size_t grains = nj_ceil_div(call->count, call->grain);
    size_t from = grains * (size_t)thread / (size_t)threads * call->grain;
    size_t to = nj_min(grains * ((size_t)thread + 1) / (size_t)threads * call->grain, call->count);
    if (from < to) call->body(call->context, from, to, thread);
}

void nj_for_ranges(
    size_t count, size_t grain, size_t serial_below, nj_range_body body, void *context
) {
    if (count == 0) return;
    struct range_call call = {body, context, count, grain};
    size_t grains = nj_ceil_div(count, grain);
    int threads = count < serial_below ? 1 : (int)nj_min(grains, (size_t)team_size);
    nj_parallel(range_entry, &call, threads);
}

struct task_call {
    nj_task_body body;
    void *context;
    size_t count;
    size_t next;
};

static void task_entry(void *data, int thread, int threads) {
    (void)threads;
    struct task_call *call = data;
    for (;;) {
        size_t index = __atomic_fetch_add(&call->next, 1, __ATOMIC_RELAXED);
        if (index >= call->count) return;
        call->body(call->context, index, thread);
    }
}

void nj_for_tasks(size_t count, nj_task_body body, void *context) {
    if (count == 0) return;
    struct task_call call = {body, context, count, 0};
    nj_parallel(task_entry, &call, (int)nj_min(count, (size_t)team_size));
}

struct scratch {
    void *bytes;
    size_t capacity;
};

static struct scratch shared[NJ_SCRATCH_SHARED_COUNT];
static struct scratch per_thread[MAX_THREADS];

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
    for (int i = 0; i < MAX_THREADS; i++) dropped(&per_thread[i]);
}
