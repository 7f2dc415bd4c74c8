// Our own team of threads: its members sleep when there is nothing to do, and nobody waits for one
// that has not begun.
//
// A call is cut into shares. They are taken one by one, by the caller as by its helpers, so a
// helper that the system has not let run yet costs nothing: the caller does its share too. On a
// machine that others use this matters more than the wake itself (measured: steps with two threads
// of libgomp, which divides in advance and spins, took 7 to 8 times those with one).
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "kernels_internal.h"
#include "team.h"

// Looks for work, or for the end of it, before a thread goes to sleep: some 50 microseconds, which
// covers the gaps between the kernels of a step.
enum { LOOKS = 2000 };

static struct {
    pthread_mutex_t lock;
    pthread_cond_t offered, finished;
    // The call under way: its number << 32 | how many shares << 16 | the next one to take. A helper
    // that comes late finds another number here, and takes nothing of the wrong call.
    _Atomic uint64_t claims;
    _Atomic uint32_t done;  // shares
    _Atomic int sleepers, caller_sleeps;
    // What to run: written before the call is offered, and not again before all of it is done.
    nj_parallel_body body;
    void *context;
    _Atomic int looks;
    int helpers;
} team = {
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .offered = PTHREAD_COND_INITIALIZER,
    .finished = PTHREAD_COND_INITIALIZER,
};

static inline void pause_briefly(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static inline uint32_t shares_of(uint64_t claims) { return (uint32_t)(claims >> 16) & 0xFFFF; }
static inline uint32_t next_of(uint64_t claims) { return (uint32_t)claims & 0xFFFF; }
static inline bool has_share(uint64_t claims) { return next_of(claims) < shares_of(claims); }

// Takes a share and runs it; false where none is left.
static bool run_share(bool is_helper) {
    uint64_t claims = atomic_load(&team.claims);
    do {
        if (!has_share(claims)) return false;
    } while (!atomic_compare_exchange_weak(&team.claims, &claims, claims + 1));
    uint32_t shares = shares_of(claims);
    team.body(team.context, (int)next_of(claims), (int)shares);
    // Nothing of the call is touched after this: the caller may be gone.
    if (atomic_fetch_add(&team.done, 1) + 1 == shares && is_helper
        && atomic_load(&team.caller_sleeps)) {
        pthread_mutex_lock(&team.lock);
        pthread_cond_signal(&team.finished);
        pthread_mutex_unlock(&team.lock);
    }
    return true;
}

static void *help(void *nothing) {
    for (;;) {
        int looks = atomic_load(&team.looks);
        while (looks-- > 0 && !has_share(atomic_load(&team.claims))) pause_briefly();
        if (run_share(true)) continue;
        pthread_mutex_lock(&team.lock);
        atomic_fetch_add(&team.sleepers, 1);
        while (!has_share(atomic_load(&team.claims)))
            pthread_cond_wait(&team.offered, &team.lock);
        atomic_fetch_sub(&team.sleepers, 1);
        pthread_mutex_unlock(&team.lock);
    }
    return nothing;
}

void nj_team_reach(int threads) {
    // Looking about is for threads that have a processor each.
    atomic_store(&team.looks, threads <= nj_available_processors() ? LOOKS : 0);
    pthread_attr_t detached;
    if (pthread_attr_init(&detached)) return;
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&detached, 1 << 20);
    pthread_t thread;
    while (team.helpers < threads - 1 && !pthread_create(&thread, &detached, help, NULL))
        team.helpers++;
    pthread_attr_destroy(&detached);
}

void nj_team_run(nj_parallel_body body, void *context, int threads) {
    team.body = body;
    team.context = context;
    atomic_store(&team.done, 0);
    uint64_t number = (atomic_load(&team.claims) >> 32) + 1;
    atomic_store(&team.claims, number << 32 | (uint64_t)threads << 16);
    if (atomic_load(&team.sleepers) > 0) {
        pthread_mutex_lock(&team.lock);
        if (threads > 2)
            pthread_cond_broadcast(&team.offered);
        else
            pthread_cond_signal(&team.offered);
        pthread_mutex_unlock(&team.lock);
    }
    while (run_share(false)) {}
    for (int looks = atomic_load(&team.looks); looks > 0; looks--) {
        if (atomic_load(&team.done) == (uint32_t)threads) return;
        pause_briefly();
    }
    pthread_mutex_lock(&team.lock);
    atomic_store(&team.caller_sleeps, 1);
    while (atomic_load(&team.done) != (uint32_t)threads)
        pthread_cond_wait(&team.finished, &team.lock);
    atomic_store(&team.caller_sleeps, 0);
    pthread_mutex_unlock(&team.lock);
}

void nj_await(const uint8_t *flag, uint8_t value) {
    for (int looks = 0; __atomic_load_n(flag, __ATOMIC_ACQUIRE) != value; looks++)
        if (looks < atomic_load(&team.looks))
            pause_briefly();
        else
            sched_yield();
}
