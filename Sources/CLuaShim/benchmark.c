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

void *njl_stock_open(const char *source, size_t count) {
    lua_State *L = luaL_newstate();
    if (!L) return NULL;
    luaL_openlibs(L);
    if (luaL_loadbufferx(L, source, count, "=stock", "t") == LUA_OK) return L;
    lua_close(L);
    return NULL;
}

double njl_stock_run(void *stock) {
    lua_State *L = stock;
    lua_pushvalue(L, -1);
    double began = njl_thread_seconds();
    int status = lua_pcall(L, 0, 0, 0);
    double took = njl_thread_seconds() - began;
    if (status == LUA_OK) return took;
    lua_pop(L, 1);
    return -1;
}

void njl_stock_close(void *stock) { lua_close(stock); }
