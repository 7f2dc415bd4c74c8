// Memory that a later kernel reads, fetched into the caches while products compute: they leave the bus idle
// for most of their time, and attention over long caches does little but wait for it.
#include "fetch.h"

static struct {
    const char **pieces;
    size_t count, capacity;
    size_t next;
} list;

void nj_fetch_nothing(void) { list.count = list.next = 0; }

void nj_fetch_later(const void *from, size_t bytes) {
    // A piece more for a remainder of half a piece; less is not worth what it would fetch in vain.
    size_t pieces = (bytes + NJ_FETCHED_PIECE / 2) / NJ_FETCHED_PIECE;
    if (list.count + pieces > list.capacity) {
        size_t capacity = nj_max(1024, 2 * (list.count + pieces));
        const char **grown = realloc(list.pieces, capacity * sizeof *grown);
        if (!grown) return;
        list.pieces = grown;
        list.capacity = capacity;
    }
    for (size_t i = 0; i < pieces; i++)
        list.pieces[list.count++] = (const char *)from + i * NJ_FETCHED_PIECE;
}

bool nj_take_pieces(const char **pieces, size_t count, const void *otherwise) {
    if (__atomic_load_n(&list.next, __ATOMIC_RELAXED) >= list.count) return false;
    size_t first = __atomic_fetch_add(&list.next, count, __ATOMIC_RELAXED);
    for (size_t i = 0; i < count; i++)
        pieces[i] = first + i < list.count ? list.pieces[first + i] : otherwise;
    return true;
}
