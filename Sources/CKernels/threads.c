// How a kernel's work is shared out among threads.
//
// Where oneDNN computes the products its team of libgomp serves every kernel: two teams would fight
// for the processors. Elsewhere the team is our own. Both belong to the one compute thread that
// calls in: see `ComputeThread`. Work is cut so that no element's arithmetic depends on the cut; the
// number of threads therefore never changes a result.
#if defined(__linux__)
#define _GNU_SOURCE
#include <sched.h>
#endif
#include <stdlib.h>
#include <unistd.h>

#include "kernels_internal.h"
#include "team.h"

extern void GOMP_parallel(void (*)(void *), void *, unsigned, unsigned);
extern int omp_get_thread_num(void);
extern int omp_get_num_threads(void);
extern void omp_set_num_threads(int);
extern void omp_set_dynamic(int);

enum {
    // Shares of a thread, where they cost nothing: whoever is held up leaves the rest to others.
    SHARES_A_THREAD = 4,
};

static int team_size = 1;

void nj_set_threads(int count) {
    team_size = count < 1 ? 1 : count > NJ_MOST_THREADS ? NJ_MOST_THREADS : count;
    // Neither is inherited from thread to thread, so the compute thread asks for itself.
    omp_set_dynamic(0);
    omp_set_num_threads(team_size);
    nj_team_reach(team_size);
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
    if (!nj_products_by_onednn(NJ_F32) && !nj_products_by_onednn(NJ_BF16)) {
        nj_team_run(body, context, threads);
        return;
    }
    struct parallel_call call = {body, context};
    GOMP_parallel(parallel_entry, &call, (unsigned)threads, 0);
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

struct range_call {
    nj_range_body body;
    void *context;
    size_t count, grain, parts;
};

static void range_part(void *data, size_t part, int thread) {
    const struct range_call *call = data;
    size_t grains = nj_ceil_div(call->count, call->grain);
    size_t from = grains * part / call->parts * call->grain;
    size_t to = nj_min(grains * (part + 1) / call->parts * call->grain, call->count);
    if (from < to) call->body(call->context, from, to, thread);
}

void nj_for_ranges(
    size_t count, size_t grain, size_t serial_below, nj_range_body body, void *context
) {
    if (count == 0) return;
    if (count < serial_below || team_size == 1) {
        body(context, 0, count, 0);
        return;
    }
    size_t parts = nj_min(nj_ceil_div(count, grain), SHARES_A_THREAD * (size_t)team_size);
    struct range_call call = {body, context, count, grain, parts};
    nj_for_tasks(parts, range_part, &call);
}
