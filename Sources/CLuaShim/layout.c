// Where a table keeps its list and its fields.
//
// Lua has no call that tells whether a table has fields besides its list, or how much of it is empty,
// and walking over fields by its `next` costs some two hundred instructions for each. A table's own
// memory tells all of it. The places are found by experiment, once; where one of them is not found,
// tables are walked by Lua's own calls.
#include "internal.h"

// A table is at least this large in every Lua 5.4, and so is a field.
enum { TABLE_WORDS = 6, TABLE_BYTES = TABLE_WORDS * 8, TRIED = 8 };

static njl_layout found;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static const char *bytes_of(lua_State *L) { return lua_topointer(L, -1); }

static const void *word_at(const char *bytes, size_t place) {
    const void *word;
    memcpy(&word, bytes + place, sizeof word);
    return word;
}

// Pushes a table with a list of `elements` and the fields "a", "b", ..., all of them true.
static const char *make(lua_State *L, int elements, int fields) {
    lua_createtable(L, elements, fields);
    for (int i = 1; i <= elements; i++) {
        lua_pushinteger(L, i);
        lua_rawseti(L, -2, i);
    }
    for (int i = 0; i < fields; i++) {
        char name[2] = {(char)('a' + i), 0};
        lua_pushboolean(L, 1);
        lua_setfield(L, -2, name);
    }
    return bytes_of(L);
}

// The one place for which `holds` is true.
static int find(size_t places, int (*holds)(size_t place), size_t *place) {
    int count = 0;
    for (size_t i = 0; i < places; i++) {
        if (!holds(i)) continue;
        *place = i;
        count++;
    }
    return count == 1;
}

// The experiment's tables: empty ones, lists of 3 and 4, records of 1, 2, 4, 8 and 16 fields; eight
// fields that are true, eight that are integers, eight whose keys are no texts.
static struct {
    const char *empty[2], *lists[2], *records[5];
    const char *truths, *integers, *keyed;
} trial;

// Empty tables and lists share one place for fields, and no record does.
static int is_fields(size_t word) {
    const void *none = word_at(trial.empty[0], word * 8);
    if (!none || word_at(trial.empty[1], word * 8) != none) return 0;
    for (int i = 0; i < 2; i++)
        if (word_at(trial.lists[i], word * 8) != none) return 0;
    for (int i = 0; i < 5; i++) {
        if (word_at(trial.records[i], word * 8) == none) return 0;
        for (int j = 0; j < i; j++)
            if (word_at(trial.records[i], word * 8) == word_at(trial.records[j], word * 8)) return 0;
    }
    return 1;
}

static uint32_t count_at(const char *bytes, size_t place) {
    uint32_t count;
    memcpy(&count, bytes + place, sizeof count);
    return count;
}

static int is_list(size_t half) {
    for (int i = 0; i < 2; i++) {
        if (count_at(trial.empty[i], half * 4) != 0) return 0;
        if (count_at(trial.lists[i], half * 4) != 3u + (unsigned)i) return 0;
    }
    for (int i = 0; i < 5; i++)
        if (count_at(trial.records[i], half * 4) != 0) return 0;
    return 1;
}

static int is_room(size_t byte) {
    for (int i = 0; i < 5; i++)
        if (trial.records[i][byte] != i) return 0;
    return 1;
}

// The byte of eight fields at a place, where all have the same; -1 elsewhere.
static int common(const char *table, size_t byte) {
    const char *fields = word_at(table, found.fields);
    for (int i = 1; i < TRIED; i++)
        if (fields[i * NJL_FIELD_BYTES + byte] != fields[byte]) return -1;
    return (uint8_t)fields[byte];
}

static int is_key_type(size_t byte) {
    int text = common(trial.truths, byte), other = common(trial.keyed, byte);
    return text > 0 && other > 0 && other != text && common(trial.integers, byte) == text;
}

static int is_value_type(size_t byte) {
    int truth = common(trial.truths, byte), integer = common(trial.integers, byte);
    return truth > 0 && integer > 0 && integer != truth && common(trial.keyed, byte) == truth;
}

// Every name of the record stands at this place of one field.
static const char *names[TRIED];
static int is_key(size_t word) {
    const char *fields = word_at(trial.truths, found.fields);
    for (int i = 0; i < TRIED; i++) {
        int count = 0;
        for (int j = 0; j < TRIED; j++)
            count += word_at(fields + j * NJL_FIELD_BYTES, word * 8) == names[i];
        if (count != 1) return 0;
    }
    return 1;
}

typedef struct {
    const char *bytes, *memory;
    size_t count;
} tried_text;

static const tried_text *texts;
static int is_text_count(size_t byte) {
    for (int i = 0; i < TRIED; i++)
        if ((uint8_t)texts[i].memory[byte] != texts[i].count) return 0;
    return 1;
}

// Texts of several lengths: their bytes stand at one distance from where they begin.
static int find_texts(lua_State *L) {
    tried_text tried[TRIED];
    for (size_t i = 0; i < TRIED; i++) {
        tried[i].bytes = lua_pushlstring(L, "0123456789abcdefghijklmnopqrstuvwxyz", 1 + 5 * i);
        tried[i].memory = bytes_of(L);
        tried[i].count = 1 + 5 * i;
        if (tried[i].bytes - tried[i].memory != tried[0].bytes - tried[0].memory) return 0;
    }
    lua_pop(L, TRIED);
    found.text_bytes = (size_t)(tried[0].bytes - tried[0].memory);
    texts = tried;
    return found.text_bytes < 64 && find(found.text_bytes, is_text_count, &found.text_count);
}

// The type that the key on top has in a field, and whether the key itself stands where it should.
static uint8_t take_key_type(lua_State *L, const void *bits, int *stands) {
    lua_createtable(L, 0, 1);
    lua_insert(L, -2);
    lua_pushboolean(L, 1);
    lua_rawset(L, -3);
    const char *field = word_at(bytes_of(L), found.fields);
    if (bits && memcmp(field + found.key, bits, 8)) *stands = 0;
    lua_pop(L, 1);
    return (uint8_t)field[found.key_type];
}

static int find_types(lua_State *L) {
    int stands = 1;
    lua_Integer integer = 70001;
    lua_pushinteger(L, integer);
    found.integer = take_key_type(L, &integer, &stands);
    lua_Number number = 0.75;
    lua_pushnumber(L, number);
    found.number = take_key_type(L, &number, &stands);
    lua_pushboolean(L, 1);
    found.truth = take_key_type(L, NULL, &stands);
    lua_pushboolean(L, 0);
    found.falsehood = take_key_type(L, NULL, &stands);
    found.text = (uint8_t)common(trial.truths, found.key_type);
    const uint8_t all[] = {
        found.text, found.integer, found.number, found.truth, found.falsehood};
    for (size_t i = 0; i < sizeof all; i++)
        for (size_t j = 0; j < i; j++)
            if (all[i] == all[j]) return 0;
    return stands;
}

// A field that was cleared has a type of value that no other has.
static int knows_cleared(lua_State *L) {
    make(L, 0, TRIED);
    const char *fields = word_at(bytes_of(L), found.fields);
    lua_pushnil(L);
    lua_setfield(L, -2, "c");
    int cleared = 0;
    for (int i = 0; i < TRIED; i++) {
        const char *field = fields + i * NJL_FIELD_BYTES;
        if (NJL_IS_NIL(&found, field)) cleared += word_at(field, found.key) == names[2] ? 1 : TRIED;
    }
    return cleared == 1;
}

static int experiment(lua_State *L) {
    for (int i = 0; i < 2; i++) trial.empty[i] = make(L, 0, 0);
    for (int i = 0; i < 2; i++) trial.lists[i] = make(L, 3 + i, 0);
    for (int i = 0; i < 5; i++) trial.records[i] = make(L, 0, 1 << i);
    size_t place;
    if (!find(TABLE_WORDS, is_fields, &place)) return 0;
    found.fields = place * 8;
    if (!find(TABLE_BYTES / 4, is_list, &place)) return 0;
    found.list = place * 4;
    if (!find(TABLE_BYTES, is_room, &found.room)) return 0;

    trial.truths = make(L, 0, TRIED);
    for (int i = 0; i < TRIED; i++) {
        lua_pushlstring(L, (char[]){(char)('a' + i)}, 1);
        names[i] = bytes_of(L);
        lua_pop(L, 1);
    }
    trial.integers = make(L, 0, TRIED);
    lua_createtable(L, 0, TRIED);
    trial.keyed = bytes_of(L);
    for (int i = 0; i < TRIED; i++) {
        char name[2] = {(char)('a' + i), 0};
        lua_pushinteger(L, 1 << i);
        lua_setfield(L, -3, name);
        lua_pushnumber(L, i + 0.5);
        lua_pushboolean(L, 1);
        lua_rawset(L, -3);
    }
    if (!find(NJL_FIELD_BYTES / 8, is_key, &place)) return 0;
    found.key = place * 8;
    return find(NJL_FIELD_BYTES, is_key_type, &found.key_type)
        && find(NJL_FIELD_BYTES, is_value_type, &found.value_type) && find_texts(L)
        && find_types(L) && knows_cleared(L);
}

static void look(void) {
    lua_State *L = luaL_newstate();
    if (!L) return;
    lua_gc(L, LUA_GCSTOP);
    if (lua_checkstack(L, 40)) found.is_known = experiment(L);
    lua_close(L);
}

const njl_layout *njl_table_layout(void) {
    pthread_once(&once, look);
    return &found;
}

void njl_charge_places(lua_State *L, int index) {
    const njl_layout *layout = njl_context_of(L)->layout;
    if (!layout->is_known) return;
    const char *table = lua_topointer(L, index);
    size_t places = count_at(table, layout->list) + ((size_t)1 << (uint8_t)table[layout->room]);
    njl_charge(L, places / 4);
}
