// Memory from the system for tensors: large blocks begin at 2 MiB and ask for huge pages, which
// spare a matrix product most of its address translation.
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "kernels_internal.h"

enum { HUGE_PAGE = 2 << 20 };

void *nj_allocate(size_t bytes) {
    if (bytes < HUGE_PAGE) return aligned_alloc(64, nj_round_up(nj_max(bytes, 64), 64));
    size_t wanted = nj_round_up(bytes, 4096), taken = wanted + HUGE_PAGE;
    char *start = mmap(
        NULL, taken, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED) return NULL;
    char *aligned = (char *)nj_round_up((size_t)start, HUGE_PAGE);
    if (aligned > start) munmap(start, (size_t)(aligned - start));
    size_t tail = (size_t)(start + taken - (aligned + wanted));
    if (tail) munmap(aligned + wanted, tail);
#ifdef MADV_HUGEPAGE
    madvise(aligned, wanted, MADV_HUGEPAGE);
#endif
    return aligned;
}

void nj_release(void *address, size_t bytes) {
    if (bytes < HUGE_PAGE)
        free(address);
    else
        munmap(address, nj_round_up(bytes, 4096));
}

static nj_memory_handler memory_handler;

void nj_set_memory_handler(nj_memory_handler handler) { memory_handler = handler; }

void nj_out_of_memory(size_t bytes) {
    if (memory_handler) memory_handler(bytes);
    fprintf(stderr, "nightjar: the system has no %zu bytes of memory left.\n", bytes);
    abort();
}
