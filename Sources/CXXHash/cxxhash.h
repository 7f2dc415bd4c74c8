// XXH3 content hashes (pkg-config: libxxhash).
#include <xxhash.h>
