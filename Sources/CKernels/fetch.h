// What products fetch for others meanwhile: see fetch.c. The list is written between kernels, by the
// compute thread; its pieces are taken by all of them.
#pragma once

#include <stdlib.h>

#include "kernels_internal.h"

enum {
    NJ_FETCHED_PIECE = 2048,  // bytes
    NJ_PIECES_MOST = 16,  // of one tile
};

void nj_fetch_nothing(void);
// Adds what lies at `from`. A hint: nothing is read, so that memory which is gone by then does no harm.
void nj_fetch_later(const void *from, size_t bytes);
// The next pieces, `otherwise` in place of those beyond the last; false where there are none.
bool nj_take_pieces(const char **pieces, size_t count, const void *otherwise);
