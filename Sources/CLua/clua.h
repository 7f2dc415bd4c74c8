// Lua 5.4 as the system provides it (pkg-config: lua5.4).
#include <lua.h>
#include <lauxlib.h>
#include <lualib.h>
