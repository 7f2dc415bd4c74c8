// A Lua interpreter behind a flat boundary: the host never touches a lua_State.
//
// Values cross as bytes. Every call that may raise a Lua error runs in C under a protected call, so
// that a Lua error unwinds C frames only. One context is used by one thread at a time.
//
// Encoding (host byte order): a list is a u32 count and that many values. A value is a tag byte and
//   NIL, FALSE, TRUE   nothing            INTEGER  i64         NUMBER   f64
//   STRING  u64 length, bytes             FUNCTION i32 kept reference
//   OBJECT  i64 handle, u64 identity      TABLE    u32 array count, u32 field count,
//                                                  array values, then key and value of each field
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct njl_context njl_context;

enum {
    NJL_TAG_NIL = 0,
    NJL_TAG_FALSE = 1,
    NJL_TAG_TRUE = 2,
    NJL_TAG_INTEGER = 3,
    NJL_TAG_NUMBER = 4,
    NJL_TAG_STRING = 5,
    NJL_TAG_TABLE = 6,
    NJL_TAG_FUNCTION = 7,
    NJL_TAG_OBJECT = 8,
};

// How a protected entry ended.
enum {
    NJL_OK = 0,
    NJL_SYNTAX = 1,
    NJL_RUNTIME = 2,
    NJL_TIME = 3,
    NJL_MEMORY = 4,
    NJL_TYPE = 5,
    NJL_INSTRUCTIONS = 6,
    NJL_LOST = 7,  // nothing was done: the interpreter was given up before
    NJL_INTERRUPTED = 8,  // another thread ended the call
};

// What a host function answers.
enum {
    NJL_HOST_OK = 0,      // the reply is a list of results
    NJL_HOST_FAILED = 1,  // the reply is a message; the caller's position goes before it
    NJL_HOST_PASSED = 2,  // the reply is a message that already names its position
};

enum { NJL_MAX_DEPTH = 64 };

static const int64_t NJL_CLASS = (int64_t)1 << 48;

// The host's side. Each function is called with no lock held and must not raise or jump.
typedef struct {
    // Runs host function `index` on an encoded argument list; answers through njl_reply.
    int32_t (*call)(void *owner, int32_t index, const uint8_t *arguments, size_t count);
    // Finds a module's source; replies a list of two strings (source, chunk name) or a message.
    int32_t (*find)(void *owner, const uint8_t *name, size_t count);
    // Replies the message about a name that a sealed table lacks. The list holds what the table is
    // called, the name, and an array of the names that it has.
    void (*missing)(void *owner, const uint8_t *list);
    // Receives one line of `print`, without its newline.
    void (*print)(void *owner, const uint8_t *text, size_t count);
} njl_host;

// Limits of one outermost call. Calls made from inside it share them.
typedef struct {
    uint64_t nanoseconds;  // wall time; UINT64_MAX is without limit
    size_t memory_bytes;   // all that the interpreter holds; SIZE_MAX is without limit
    uint64_t instructions;  // instructions and charged work; UINT64_MAX counts nothing
} njl_budget;

// What went wrong in the last failed entry. Texts are not terminated; they live until the next
// entry.
typedef struct {
    const uint8_t *message;
    size_t message_count;
    const char *chunk;  // terminated; empty where unknown
    int32_t line;       // 0 where unknown
    const char *trace;  // terminated; one frame a line
} njl_failure;

typedef struct {
    const char *chunk;  // terminated
    int32_t line;       // where the function's text begins; 0 for a chunk as a whole
    int32_t last_line;
} njl_place;

// NULL where there is no memory for an interpreter.
njl_context *njl_open(njl_host host);
// Names what the host's functions receive as their owner. None of them runs before the first entry.
void njl_own(njl_context *context, void *owner);
void njl_close(njl_context *context);

// Compiles a text chunk and keeps it as a function reference.
int32_t njl_load(
    njl_context *context, const uint8_t *source, size_t count, const char *chunk,
    njl_budget budget, int32_t *reference);
// Calls a kept function with an encoded list; the results are in njl_output. Without
// `keeps_references`, a function or an object among the results is a NJL_TYPE failure.
int32_t njl_call(
    njl_context *context, int32_t reference, const uint8_t *arguments, size_t count,
    njl_budget budget, int32_t keeps_references);
// Calls a kept function once for each argument list of a batch that was begun, `*done` being the
// first to call; list i ends at ends[i]; an empty one is passed over and has no result. Each call has
// the budget to itself. Stops at the first that fails: `*done` then is its index; else it is where
// the batch ended. The first result of each call that ended well is in njl_batch, one value after
// another.
void njl_batch_begin(njl_context *context, size_t count);
int32_t njl_call_many(
    njl_context *context, int32_t reference, const uint8_t *lists, const size_t *ends,
    njl_budget budget, size_t *done);
// Takes the second half of what a batch has not begun: the items from the one returned on are the
// caller's. Less than 0 where there are none. Any thread may ask while the context is open.
int64_t njl_batch_steal(njl_context *context);
const uint8_t *njl_batch(const njl_context *context);
// Which call of a batch is in progress, and by how many nanoseconds the call in progress has
// passed its deadline (0 where it has not). Any thread may ask while the context is open.
int64_t njl_batch_item(const njl_context *context);
uint64_t njl_overdue(const njl_context *context);
// Puts host function `index` (value == NULL) or an encoded list of one value at `path`
// ("data.jsonl") inside a module's table; an empty module name means the globals.
int32_t njl_define(
    njl_context *context, const char *module, const char *path, int32_t index,
    const uint8_t *value, size_t count);

// Locks a module's tables, called `shown` in messages.
int32_t njl_seal_module(njl_context *context, const char *module, const char *shown);
// Lets scripts call the functions of a module as methods of the host's objects of one class, which
// are called `shown` in messages. The class of an object is its handle divided by NJL_CLASS.
int32_t njl_give_methods(
    njl_context *context, const char *module, const char *shown, int32_t number);
// Where a kept function is defined; the chunk is empty for a function of the host. The text lives
// until the next entry.
njl_place njl_function_place(njl_context *context, int32_t reference);

const uint8_t *njl_output(const njl_context *context, size_t *count);
njl_failure njl_last_failure(const njl_context *context);
// For a host function at work: charges units of it to a counted budget (16 bytes are
// one). False where any budget of the call is spent: the function then returns at once, and the
// script ends whatever it answers. Must not be called outside a host function.
int32_t njl_charge_host(njl_context *context, uint64_t bytes);
// Hands the answer of a host function over; the bytes are copied. False where memory ran out.
int32_t njl_reply(njl_context *context, const uint8_t *bytes, size_t count);

// Gives a function reference back. Any thread may call it; the slot is freed at the next entry.
void njl_release(njl_context *context, int32_t reference);
// The handle of an object that Lua has dropped, or -1. Each handle is told once.
int64_t njl_next_dead_object(njl_context *context);

// What the last outermost call ran, at most its limit; -1 where it was not counted.
int64_t njl_instructions(const njl_context *context);
// Whether a call could not be ended and was left by force. Every later entry is NJL_LOST; closing
// leaves Lua's memory taken.
int32_t njl_is_given_up(const njl_context *context);
// Ends the call in progress, as a spent budget does; nothing where there is none. Any thread may ask
// while the context is open, and asks again until the call has ended.
void njl_interrupt(njl_context *context);
// Whether a call is in progress.
int32_t njl_is_busy(const njl_context *context);

size_t njl_memory_used(const njl_context *context);
// Frees what nothing reaches any more; not during a call.
void njl_collect(njl_context *context);
// The most that was held during the last outermost call.
size_t njl_memory_peak(const njl_context *context);
// What closed interpreters, all together, did not give back: 0 unless the accounting is wrong.
size_t njl_leaked_bytes(void);
size_t njl_kept_functions(const njl_context *context);
// True while a call is in progress on another thread than the calling one.
int32_t njl_is_busy_elsewhere(const njl_context *context);

// A chunk in a stock interpreter with all its libraries, NULL where it does not load, and the
// processor time of one run of it, negative where it fails. For measurements alone: nothing holds
// such a chunk back.
void *njl_stock_open(const char *source, size_t count);
double njl_stock_run(void *stock);
void njl_stock_close(void *stock);
// The processor time of the calling thread.
double njl_thread_seconds(void);
