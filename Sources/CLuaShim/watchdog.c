// One thread for the process that watches every deadline.
//
// At a deadline it signals the thread that runs the interpreter; the signal handler, on that very
// thread, arms the interpreter's hook. Until then a call costs a clock reading and a few stores.
// A signal is repeated while the call lasts: the interpreter may miss a hook armed at the wrong
// instruction.
//
// A few loops inside Lua run no instruction and so no hook: a table that is its own `__call` keeps
// Lua 5.4 busy for minutes. Where a thread is still inside Lua's own code a while and some signals
// after its deadline, or after it was interrupted, the handler leaves by a jump to the entry. That
// is no place to leave from: the interpreter is given up, never touched again, and its memory stays
// taken.
#define _GNU_SOURCE
#include <errno.h>
#include <link.h>
#include <time.h>
#include <ucontext.h>

#include "internal.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed;
static pthread_once_t started = PTHREAD_ONCE_INIT;
static njl_context *slots;                       // guarded by lock
static uint64_t wanted = UINT64_MAX;             // guarded by lock: wake no later than this
static _Atomic uint64_t next_wake = UINT64_MAX;  // when the watchdog will look again

// The chain of contexts that this thread is inside of, innermost first.
static __thread njl_context *volatile innermost;
static __thread int unblocked;

static int watch_signal(void) { return SIGRTMIN + 6; }

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

// Where Lua's code lies; empty where that is not known apart from everything else.
static uintptr_t lua_begins, lua_ends;  // written once, inside `started`

static int note_code(struct dl_phdr_info *object, size_t size, void *nothing) {
    (void)size;
    (void)nothing;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        uintptr_t begins = object->dlpi_addr + segment->p_vaddr;
        uintptr_t ends = begins + segment->p_memsz;
        uintptr_t lua = (uintptr_t)(void *)lua_newstate, ours = (uintptr_t)(void *)note_code;
        if (segment->p_type != PT_LOAD || lua < begins || lua >= ends) continue;
        if (ours >= begins && ours < ends) return 1;
        lua_begins = begins;
        lua_ends = ends;
        return 1;
    }
    return 0;
}

// Whether the interrupted code is Lua's own: no lock of the C library is held there, and no frame
// but Lua's and ours lies between it and the entry.
static int inside_lua(const void *interrupted) {
#if defined(__x86_64__)
    uintptr_t at = (uintptr_t)((const ucontext_t *)interrupted)->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
    uintptr_t at = (uintptr_t)((const ucontext_t *)interrupted)->uc_mcontext.pc;
#else
    uintptr_t at = 0;
    (void)interrupted;
#endif
    return at >= lua_begins && at < lua_ends;
}

// How long a call may run on, in its thread's own time, once it was told to end: a busy machine may
// hold the thread up, and collecting garbage or growing a table takes longer in a larger heap: a
// MiB of it under a millisecond on an idle machine, three times that where memory is contended.
static uint64_t patience(const njl_context *context) {
    return 20000000u + (uint64_t)(context->used >> 20) * 3000000u;
}

// How many signals must find a thread inside Lua before it is given up. Where a virtual machine is
// held up, the thread's own time runs on while it runs no instruction; a signal or two of such a
// moment say nothing about the script. A person who presses Ctrl-C a second time does.
static int signals_before_force(njl_context *context) {
    return atomic_load(&context->interrupted) ? 2 : 6;
}

static uint64_t thread_time(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void on_signal(int number, siginfo_t *info, void *interrupted) {
    (void)number;
    (void)info;
    int saved = errno;
    uint64_t time = now();
    for (njl_context *context = innermost; context; context = context->outer) {
        int late = context->watched && atomic_load(&context->deadline) <= time;
        if (!late && !atomic_load(&context->interrupted)) continue;
        if (!context->tripped) context->tripped = late ? NJL_TIME : NJL_INTERRUPTED;
        if (context->current) lua_sethook(context->current, njl_hook, LUA_MASKCOUNT, 1);
    }
    errno = saved;
    njl_context *context = innermost;
    if (!context || !context->escape) return;
    uint64_t deadline = atomic_load(&context->deadline), spent = thread_time();
    int late = context->watched && deadline && deadline <= time;
    if (!late && !atomic_load(&context->interrupted)) return;
    if (!context->told_at) context->told_at = spent;
    int stuck = inside_lua(interrupted) && ++context->told >= signals_before_force(context);
    if (stuck && spent > context->told_at + patience(context)) {
        context->given_up = 1;
        siglongjmp(*context->escape, 1);
    }
}

static void unblock(void) {
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, watch_signal());
    pthread_sigmask(SIG_UNBLOCK, &one, NULL);
}

void njl_watch_landed(void) { unblock(); }

// Signals the thread of a context whose deadline still is `deadline`. The context's own thread
// waits in njl_watch_end while `signalling` is set, so the thread exists for as long as it is named
// here.
static void kick(njl_context *context, uint64_t deadline) {
    atomic_store(&context->signalling, 1);
    if (atomic_load(&context->deadline) == deadline) {
        pthread_kill(context->thread, watch_signal());
    }
    atomic_store(&context->signalling, 0);
}

void njl_interrupt(njl_context *context) {
    // The watchdog signals under the lock too.
    pthread_mutex_lock(&lock);
    atomic_store(&context->signalling, 1);
    if (atomic_load(&context->entered)) {
        atomic_store(&context->interrupted, 1);
        pthread_kill(context->thread, watch_signal());
    }
    atomic_store(&context->signalling, 0);
    pthread_mutex_unlock(&lock);
}

static void *watch(void *nothing) {
    (void)nothing;
    pthread_mutex_lock(&lock);
    for (;;) {
        // Said before looking: whoever stores a deadline that this round does not see reads this
        // value and rings.
        atomic_store(&next_wake, UINT64_MAX);
        uint64_t time = now(), next = UINT64_MAX;
        for (njl_context *context = slots; context; context = context->next_slot) {
            uint64_t deadline = atomic_load(&context->deadline);
            if (deadline == 0) continue;
            if (deadline > time) {
                if (deadline < next) next = deadline;
                continue;
            }
            if (context->kicked != deadline) {
                context->kicked = deadline;
                context->next_kick = context->kick_gap = 0;
            }
            if (context->next_kick <= time) {
                kick(context, deadline);
                context->kick_gap = context->kick_gap ? context->kick_gap * 2 : 2000000;
                uint64_t most = time - deadline < 80000000 ? 8000000 : 250000000;
                if (context->kick_gap > most) context->kick_gap = most;
                context->next_kick = time + context->kick_gap;
            }
            if (context->next_kick < next) next = context->next_kick;
        }
        // A call that rang may be over by now. Its wake is kept all the same: the calls that follow
        // it have later deadlines and need not ring.
        if (wanted <= time) wanted = UINT64_MAX;
        if (wanted < next) next = wanted;
        atomic_store(&next_wake, next);
        if (next == UINT64_MAX) {
            pthread_cond_wait(&changed, &lock);
        } else {
            struct timespec until = {
                .tv_sec = (time_t)(next / 1000000000u), .tv_nsec = (long)(next % 1000000000u)};
            pthread_cond_timedwait(&changed, &lock, &until);
        }
    }
    return NULL;
}

static int running;  // written once, inside `started`

static void start(void) {
    dl_iterate_phdr(note_code, NULL);
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_RESTART | SA_SIGINFO};
    sigemptyset(&action.sa_mask);
    sigaction(watch_signal(), &action, NULL);

    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&changed, &clock);
    pthread_condattr_destroy(&clock);

    // The watchdog itself takes no signals.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_t thread;
    running = pthread_create(&thread, &attributes, watch, NULL) == 0;
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

int njl_watch_join(njl_context *context) {
    pthread_once(&started, start);
    if (!running) return 0;
    pthread_mutex_lock(&lock);
    context->next_slot = slots;
    slots = context;
    pthread_mutex_unlock(&lock);
    return 1;
}

void njl_watch_leave(njl_context *context) {
    pthread_mutex_lock(&lock);
    for (njl_context **slot = &slots; *slot; slot = &(*slot)->next_slot) {
        if (*slot == context) {
            *slot = context->next_slot;
            break;
        }
    }
    pthread_mutex_unlock(&lock);
}

void njl_watch_begin(njl_context *context, uint64_t nanoseconds) {
    context->outer = innermost;
    context->told_at = 0;
    context->told = 0;
    uint64_t deadline = 0;
    if (nanoseconds != UINT64_MAX) {
        uint64_t time = now();
        deadline = nanoseconds > UINT64_MAX - 1 - time ? UINT64_MAX - 1 : time + nanoseconds;
    }
    // A context called from another one's host function ends no later than that one.
    if (context->outer) {
        uint64_t limit = atomic_load(&context->outer->deadline);
        if (limit && (deadline == 0 || limit < deadline)) deadline = limit;
    }
    context->thread = pthread_self();
    atomic_signal_fence(memory_order_seq_cst);
    innermost = context;
    if (!unblocked) {
        // Pool threads start with every signal blocked.
        unblock();
        unblocked = 1;
    }
    atomic_store(&context->interrupted, 0);
    atomic_store(&context->entered, 1);
    if (!deadline) return;
    // A stale signal that lands between the two finds nothing to watch yet.
    atomic_store(&context->deadline, deadline);
    atomic_signal_fence(memory_order_seq_cst);
    context->watched = 1;
    if (deadline < atomic_load(&next_wake)) {
        pthread_mutex_lock(&lock);
        if (deadline < wanted) wanted = deadline;
        pthread_cond_signal(&changed);
        pthread_mutex_unlock(&lock);
    }
}

void njl_watch_end(njl_context *context) {
    context->watched = 0;
    atomic_store(&context->deadline, 0);
    atomic_store(&context->entered, 0);
    while (atomic_load(&context->signalling)) {
    }
    innermost = context->outer;
    context->outer = NULL;
}

uint64_t njl_overdue(const njl_context *context) {
    uint64_t deadline = atomic_load(&((njl_context *)context)->deadline), time = now();
    return deadline && time > deadline ? time - deadline : 0;
}
