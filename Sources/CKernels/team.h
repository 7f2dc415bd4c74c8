// Our own team of threads; one caller at a time.
#pragma once

#include "CKernels.h"

// Has `threads` - 1 helpers, or as many as the system gives.
void nj_team_reach(int threads);
// Runs `body(context, share, threads)` for every share below `threads`, on whoever is free.
void nj_team_run(nj_parallel_body body, void *context, int threads);
