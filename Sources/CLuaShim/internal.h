// What the files of this target share. Nothing here is seen by Swift.
#pragma once
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include "include/CLuaShim.h"

typedef struct {
    uint8_t *bytes;
    size_t count, capacity;
} njl_buffer;

// A key of a table, and its value where that is no reference into Lua.
typedef struct {
    uint8_t kind;       // njl_key_kind
    uint8_t value_tag;  // an encoding tag; NJL_TAG_TABLE and above are fetched again
    union {
        lua_Integer integer;
        lua_Number number;
        const char *text;
    } key;
    size_t key_count;
    int stack_place;  // of a long text: where it was left on the stack, 0 where it was not
    uint64_t rank;  // ordered as the keys are, as far as it tells them apart
    union {
        lua_Integer integer;
        lua_Number number;
        const char *text;
    } value;
    size_t value_count;
} njl_entry;

// The order of kinds is the order of `pairs`.
typedef enum {
    NJL_KEY_INTEGER,
    NJL_KEY_NUMBER,
    NJL_KEY_STRING,
    NJL_KEY_BOOLEAN,
    NJL_KEY_UNORDERED,
} njl_key_kind;

// Where an entry stands in the order; the rank is here too, so that most comparisons need no entry.
typedef struct {
    uint64_t rank;
    uint32_t entry;
} njl_ranked;

// A stack of entries and of their places; nested walks use the part above their caller's.
typedef struct {
    njl_entry *entries;
    size_t count, capacity;
    njl_ranked *order;
    size_t order_count, order_capacity;
} njl_walk;

typedef struct {
    char chunk[1024];
    int32_t line;
    size_t message_offset;  // length of the position that the message begins with
    char trace[6144];
    const void *value;  // the error's identity, for one carried out of a coroutine
} njl_report;

// Where a table's memory says what it holds: layout.c.
typedef struct {
    int is_known;           // whether all of this is known
    size_t list;            // a u32: how much of the list there is, at least half of its room
    size_t fields;          // a pointer to its fields
    size_t room;            // a byte: the logarithm of how many fields there is room for
    // In a field: the key, where it is a pointer or a number, and the bytes that tell types.
    size_t key, key_type, value_type;
    // The types of keys: of a text that Lua keeps once, of numbers, of booleans.
    uint8_t text, integer, number, truth, falsehood;
    // In such a text: its bytes, and a byte that tells how many they are.
    size_t text_bytes, text_count;
} njl_layout;

enum { NJL_FIELD_BYTES = 24 };

// Whether a field's value is nil; its key may be anything then.
#define NJL_IS_NIL(layout, field) (((field)[(layout)->value_type] & 0x0F) == 0)

struct njl_context {
    lua_State *main;
    lua_State *volatile current;      // the coroutine that runs now
    volatile sig_atomic_t tripped;    // 0 or the budget spent; stays until the outermost return
    volatile sig_atomic_t watched;    // set while the deadline holds
    _Atomic int interrupted;          // somebody wants the call in progress to end
    _Atomic int entered;              // an outermost call is in progress on `thread`
    _Atomic uint64_t deadline;        // monotonic nanoseconds; 0 where none
    _Atomic int signalling;           // the watchdog is about to signal `thread`
    _Atomic int depth;                // entries in progress
    pthread_t thread;                 // of the entry in progress
    uint64_t kicked, next_kick, kick_gap;  // the watchdog's own
    njl_context *outer;               // the context whose host function called this one
    njl_context *next_slot;           // the watchdog's list
    size_t used, limit, peak;
    size_t refusals;          // how often the limit refused memory
    int registering;          // the host adds something: no budget of a script's is asked
    sigjmp_buf *escape;       // the innermost entry, for a jump out of Lua's own code
    volatile uint64_t told_at;  // the thread's own time when it was first told to end; 0 before
    volatile sig_atomic_t told;  // how many signals since then found it inside Lua's own code
    volatile sig_atomic_t given_up;  // such a jump was made; Lua's state is in disorder
    int resets;               // coroutines being closed, one inside the other
    size_t countdown;         // where a lua_State keeps the countdown to its hook; 0 where unknown
    const njl_layout *layout;
    uint64_t counted, count_limit;  // instructions and charges, without those of the segment
    int segment;              // instructions from the last settling to the next hook
    int counting, was_counted;
    void *owner;
    njl_host host;
    njl_buffer output, reply, message, batch;
    _Atomic uint64_t batch_items;  // of a batch: the call in progress, and where it ends
    njl_walk walk;
    njl_report report, carried;
    int32_t *released;  // guarded by release_lock
    _Atomic size_t released_count;  // read without the lock to see whether there is any
    size_t released_capacity;
    pthread_mutex_t release_lock;
    int64_t *dead;
    size_t dead_count, dead_capacity;
    size_t kept_functions;
    int failed_type;       // the error being raised is a NJL_TYPE failure
    int encoding;          // the output is being written
    const char *loading;   // the chunk being compiled, for syntax errors
};

static inline njl_context *njl_context_of(lua_State *L) {
    return *(njl_context **)lua_getextraspace(L);
}

// allocator.c
void *njl_allocate(void *context, void *old, size_t old_size, size_t new_size);
int njl_reserve(njl_buffer *buffer, size_t extra);
// Makes scratch space as large, under the limit that Lua's own memory has; raises where it is not.
void *njl_resize_scratch(lua_State *L, void *old, size_t old_size, size_t new_size);
void njl_drop_walk(njl_context *context);
int njl_append(njl_buffer *buffer, const void *bytes, size_t count);
void njl_trim(njl_context *context);

// seed.c
// An interpreter whose hashes are those of every other.
lua_State *njl_new_state(njl_context *context);

// watchdog.c
// False where the machine has no thread to give.
int njl_watch_join(njl_context *context);
void njl_watch_leave(njl_context *context);
void njl_watch_begin(njl_context *context, uint64_t nanoseconds);
void njl_watch_end(njl_context *context);
// After a jump out of the handler the signal is let through again.
void njl_watch_landed(void);
// Passes a giving up on to the entry around; after each call of the host's.
static inline void njl_pass_given_up(njl_context *context) {
    if (context->given_up) siglongjmp(*context->escape, 1);
}

// instructions.c
size_t njl_find_countdown(lua_State *L);
// The outermost call begins and ends; UINT64_MAX counts nothing.
void njl_count_begin(njl_context *context, uint64_t limit);
void njl_count_end(njl_context *context);
// A coroutine begins or ends to run.
void njl_count_enter(lua_State *L);
void njl_count_leave(lua_State *L);
void njl_count(lua_State *L, size_t units);
void njl_count_hook(lua_State *L);
// Notes that a budget is spent; the caller raises.
void njl_trip(lua_State *L, int kind);

// budget.c
void njl_hook(lua_State *L, lua_Debug *where);
int njl_raise_budget(lua_State *L);
int njl_raise_memory(lua_State *L);
// Has room for `count` more values; Lua's own luaL_checkstack says "stack overflow" where it was the
// memory that did not suffice, which a script could catch.
void njl_need_stack(lua_State *L, int count);
// Raises where the budget is spent; every loop of ours asks now and then.
static inline void njl_poll(lua_State *L) {
    const njl_context *context = njl_context_of(L);
    if (context->tripped && !context->registering) njl_raise_budget(L);
}
// Charges work about to be done to a counted budget, and raises where any budget is spent. A unit
// costs about as much as an instruction: an element, a step of a pattern, NJL_UNIT_BYTES bytes.
static inline void njl_charge(lua_State *L, size_t units) {
    const njl_context *context = njl_context_of(L);
    if (context->counting && !context->registering) njl_count(L, units);
    njl_poll(L);
}
enum { NJL_UNIT_BYTES = 16 };
static inline void njl_charge_bytes(lua_State *L, size_t count) {
    njl_charge(L, 1 + count / NJL_UNIT_BYTES);
}
// Turns the status of a protected call into the sticky error where it is one.
void njl_settle(lua_State *L, int status);

// report.c
int njl_handler(lua_State *L);
void njl_report_nearest(lua_State *L, njl_report *report);
void njl_report_chunk(njl_report *report, const lua_Debug *function);
void njl_report_carry(lua_State *L, lua_State *from);
void njl_report_syntax(njl_context *context, const char *message);

// layout.c
// How this machine's Lua lays out tables, as far as an experiment has shown.
const njl_layout *njl_table_layout(void);
// Charges for the places that a walk over the table at `index` looks at, empty ones too.
void njl_charge_places(lua_State *L, int index);

// shapes.c
enum { NJL_NO_GUESS = 64 };
// Pushes what remembers shapes: `shapes` is where it is in the calls below.
void njl_push_shapes(lua_State *L);
// Pushes the function that steps through the record at `table`, where it lies in memory as one that
// was seen before, and returns how many keys it has; else 0, and what to tell njl_push_shape.
size_t njl_push_likely_shape(lua_State *L, int table, int shapes, size_t *guess);
// Pushes such a function for the keys that were walked over last. False, and nothing is pushed, where
// they are many or not all short texts.
int njl_push_shape(lua_State *L, size_t first, size_t count, int shapes, size_t guess);

// walk.c
// Collects the keys of the table at `table` other than 1...`skip`, in the order of `pairs`. Returns
// the first position in walk.order; the count is in *count. Raises on a key without an order
// unless `unordered` is given, which then receives the key's type name, and entries their values.
// Long texts may be left on the stack; their entries say where.
size_t njl_walk_keys(
    lua_State *L, int table, lua_Integer skip, size_t *count, const char **unordered);
void njl_push_key(lua_State *L, const njl_entry *entry);
int njl_compare_keys(const njl_entry *a, const njl_entry *b);
void njl_read_key(lua_State *L, int index, njl_entry *entry);

// encode.c, decode.c
// Both leave the stack as it was, but for what njl_decode pushes.
int njl_encode(lua_State *L, int first, int count, int keeps_references);
void njl_abandon_output(lua_State *L);
int njl_decode(lua_State *L, const uint8_t *bytes, size_t count);

// context.c
// Runs `work` under protection, with the request as a light userdata; the outermost entry sets the
// budget and clears what it tripped. `work` leaves nothing behind.
int njl_enter(njl_context *context, lua_CFunction work, void *request, const njl_budget *budget);

// entries.c
int njl_compile(lua_State *L, const char *source, size_t count, const char *chunk);
void njl_free_released(lua_State *L);
void njl_name_function(njl_context *context, int32_t reference);

// host.c
int njl_trampoline(lua_State *L);
int njl_require(lua_State *L);
int njl_object_metatable(lua_State *L);
// Pushes the metatable that an object of the host has, by its handle.
void njl_push_metatable_of(lua_State *L, int64_t handle);
void njl_add_class(lua_State *L, const char *module, const char *shown, int32_t number);
extern const char njl_references_key, njl_modules_key, njl_environment_key, njl_globals_key,
    njl_objects_key, njl_sealed_key;

// sealed.c
int njl_see_through(lua_State *L, int index);
int njl_refuse_change(lua_State *L);
int njl_refuse_missing(lua_State *L);
void njl_note_sealed(lua_State *L, int locked, int real);
void njl_seal(lua_State *L, const char *path, int reports_missing);

// libraries
void njl_open_sandbox(lua_State *L);
void njl_to_text(lua_State *L, int index);
void njl_check_number(lua_State *L, int index);
void njl_charge_stock(lua_State *L, const char *name);
extern const luaL_Reg njl_base_functions[], njl_coroutine_functions[], njl_table_functions[],
    njl_string_functions[], njl_text_functions[], njl_utf8_functions[];
int njl_format(lua_State *L);
int njl_pairs(lua_State *L);
