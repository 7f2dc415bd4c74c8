// A stock interpreter, to measure ours against. Only measurements run it.
#define _GNU_SOURCE
#include <time.h>

#include "internal.h"

// Of this thread alone, so that a busy machine does not bend a ratio.
double njl_thread_seconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

double njl_stock_seconds(const char *source, size_t count, int32_t rounds) {
    lua_State *L = luaL_newstate();
    if (!L) return -1;
    luaL_openlibs(L);
    double best = -1;
    if (luaL_loadbufferx(L, source, count, "=stock", "t") == LUA_OK) {
        for (int32_t i = 0; i < rounds; i++) {
            lua_pushvalue(L, -1);
            double began = njl_thread_seconds();
            int status = lua_pcall(L, 0, 0, 0);
            double took = njl_thread_seconds() - began;
            if (status != LUA_OK) {
                best = -1;
                break;
            }
            if (best < 0 || took < best) best = took;
        }
    }
    lua_close(L);
    return best;
}
