#include "CMapGuard.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>

struct guard {
    sigjmp_buf escape;
    uintptr_t first;
    uintptr_t end;
};

// The copy in progress on this thread, or NULL.
static _Thread_local struct guard *volatile current;

static struct sigaction previous;
static pthread_once_t installed = PTHREAD_ONCE_INIT;

static void on_bus_error(int signal, siginfo_t *info, void *context) {
    struct guard *guard = current;
    uintptr_t address = (uintptr_t)info->si_addr;
    if (guard && address >= guard->first && address < guard->end) {
        current = NULL;
        siglongjmp(guard->escape, 1);
    }
    if ((previous.sa_flags & SA_SIGINFO) && previous.sa_sigaction) {
        previous.sa_sigaction(signal, info, context);
    } else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
        previous.sa_handler(signal);
    } else {
        // Returning repeats the faulting access, now under the earlier disposition; a signal that a
        // process sent has no access to repeat.
        sigaction(SIGBUS, &previous, NULL);
        if (info->si_code <= 0) {
            raise(signal);
        }
    }
}

static void install(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_bus_error;
    // SA_NODEFER: the jump out of the handler must not leave SIGBUS blocked, and saving the signal
    // mask at every copy would cost a system call.
    action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, &previous);
}

__attribute__((noinline)) int map_guard_copy(
    void *destination, const void *source, size_t count
) {
    pthread_once(&installed, install);
    struct guard guard;
    guard.first = (uintptr_t)source;
    guard.end = guard.first + count;
    if (sigsetjmp(guard.escape, 0) != 0) {
        return -1;
    }
    current = &guard;
    memcpy(destination, source, count);
    current = NULL;
    return 0;
}
