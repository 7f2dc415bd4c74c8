// PCRE2 over bytes (pkg-config: libpcre2-8).
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
