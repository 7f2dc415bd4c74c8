// Whether a table is a list and nothing else.
//
// Lua keeps a table's list apart from its other fields and has no call that tells whether there are
// any; walking a list to its end only to find none costs as much as using it. A table's own memory
// tells: where its fields begin, or the one place that all tables without fields share. That word is
// found by experiment when a state is opened; where the experiment fails every table is walked.
#include "internal.h"

// A table is at least this large in every Lua 5.4.
enum { WORDS = 6 };

typedef struct {
    const void *words[WORDS];
} table_words;

static table_words words_of(lua_State *L, int index) {
    table_words words;
    memcpy(&words, lua_topointer(L, index), sizeof words);
    return words;
}

static table_words make(lua_State *L, int elements, const char *field) {
    lua_createtable(L, elements, field ? 1 : 0);
    for (int i = 1; i <= elements; i++) {
        lua_pushinteger(L, i);
        lua_rawseti(L, -2, i);
    }
    if (field) {
        lua_pushboolean(L, 1);
        lua_setfield(L, -2, field);
    }
    return words_of(L, -1);
}

// The word that empty tables and lists have in common, and no table with fields.
void njl_find_fields(lua_State *L) {
    int top = lua_gettop(L);
    luaL_checkstack(L, 8, NULL);
    table_words empty = make(L, 0, NULL), other = make(L, 0, NULL), list = make(L, 3, NULL);
    table_words record = make(L, 0, "a"), second = make(L, 0, "b"), both = make(L, 3, "a");
    size_t found = 0, at = 0;
    for (size_t i = 0; i < WORDS; i++) {
        const void *word = empty.words[i];
        if (!word || other.words[i] != word || list.words[i] != word) continue;
        if (record.words[i] == word || second.words[i] == word || both.words[i] == word) continue;
        if (record.words[i] == second.words[i] || record.words[i] == both.words[i]) continue;
        found++;
        at = i;
    }
    // Memory is told apart from what is only alike by chance in a second round of the same.
    if (found == 1 && make(L, 1, NULL).words[at] == empty.words[at] &&
        make(L, 40, "c").words[at] != empty.words[at]) {
        njl_context *context = njl_context_of(L);
        context->fields_place = at * sizeof(void *);
        context->no_fields = empty.words[at];
    }
    lua_settop(L, top);
}

int njl_is_plain_list(lua_State *L, int index) {
    const njl_context *context = njl_context_of(L);
    if (!context->fields_place) return 0;
    const void *word;
    memcpy(&word, (const char *)lua_topointer(L, index) + context->fields_place, sizeof word);
    return word == context->no_fields;
}
