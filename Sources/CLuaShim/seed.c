// One hash seed for every interpreter.
//
// Lua draws a seed of its own from addresses and the clock, so that nobody can make keys that collide.
// With it, how keys fall together in a table is another in each process: when a table with cleared
// fields is laid out anew, where the border of a list with holes is found, what a walk costs. Scripts
// must not see any of that, and collisions of their own making run into their own budget. The library
// has no call that sets the seed; where it is kept is found by experiment, once: it is the word with
// which the hashes of texts come out as they stand. Where it is not found, Lua's own stays.
#include <stdlib.h>

#include "internal.h"

enum { WORD = sizeof(uint32_t), HEAD_WORDS = 6 };

static const uint32_t seed = 0x6E6A6C31;
static size_t seed_place;  // in the first block that an interpreter asks for; 0 where unknown
static pthread_once_t once = PTHREAD_ONCE_INIT;

typedef struct {
    char *bytes;
    size_t count;
} first_block;

static void *note_first(void *noted, void *old, size_t old_size, size_t new_size) {
    (void)old_size;
    if (new_size == 0) {
        free(old);
        return NULL;
    }
    first_block *first = noted;
    void *block = realloc(old, new_size);
    if (!first->bytes) *first = (first_block){block, new_size};
    return block;
}

static uint32_t word_at(const char *bytes, size_t word) {
    uint32_t value;
    memcpy(&value, bytes + word * WORD, WORD);
    return value;
}

// As Lua 5.4 hashes short texts.
static uint32_t hash_of(const char *text, size_t count, uint32_t of_seed) {
    uint32_t hash = of_seed ^ (uint32_t)count;
    for (; count > 0; count--) {
        hash ^= (hash << 5) + (hash >> 2) + (uint8_t)text[count - 1];
    }
    return hash;
}

static void look(void) {
    static const char *const texts[] = {"nightjar", "a", "the quick brown fox", ""};
    enum { TEXTS = sizeof texts / sizeof *texts };
    first_block first = {NULL, 0};
    lua_State *L = lua_newstate(note_first, &first);
    if (!L) return;
    const char *memory[TEXTS];
    for (size_t i = 0; i < TEXTS; i++) {
        lua_pushstring(L, texts[i]);
        memory[i] = lua_topointer(L, -1);
    }
    size_t found = 0;
    for (size_t at = 0; at < first.count / WORD; at++) {
        for (size_t head = 0; head < HEAD_WORDS; head++) {
            size_t right = 0;
            while (right < TEXTS
                   && word_at(memory[right], head)
                       == hash_of(texts[right], strlen(texts[right]), word_at(first.bytes, at))) {
                right++;
            }
            if (right < TEXTS) continue;
            found++;
            seed_place = at * WORD;
        }
    }
    if (found != 1) seed_place = 0;
    lua_close(L);
}

// An allocator for as long as an interpreter is being made: its second block is asked for when the
// seed was drawn and no text was hashed yet.
typedef struct {
    njl_context *context;
    char *first;
    int is_seeded;
} beginning;

static void *allocate_first(void *opaque, void *old, size_t old_size, size_t new_size) {
    beginning *begun = opaque;
    if (begun->first && !begun->is_seeded && new_size > 0) {
        begun->is_seeded = 1;
        if (seed_place) memcpy(begun->first + seed_place, &seed, sizeof seed);
    }
    void *block = njl_allocate(begun->context, old, old_size, new_size);
    if (!begun->first) begun->first = block;
    return block;
}

lua_State *njl_new_state(njl_context *context) {
    pthread_once(&once, look);
    beginning begun = {.context = context};
    lua_State *L = lua_newstate(allocate_first, &begun);
    if (L) lua_setallocf(L, njl_allocate, context);
    return L;
}
