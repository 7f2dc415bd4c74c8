// Attention of new tokens over cached keys and values [slots, capacity, k d].
//
// Tokens that follow each other in a slot share a tile of queries, as do the query heads of one
// key head; each row's arithmetic is that of the training kernel (`attention_visit.h`).
//
// A cache `by_head` keeps keys turned, in blocks of TILE positions, and every head's numbers
// together: a single query then reads them from memory once, in order, without rearranging them,
// which for one query costs more than its products. Its blocks are asked for one ahead, from head to head
// and slot to slot: they are short runs in memory, which the processor does not guess by itself, and a
// new token is stored once its block has come, where nobody else visits the slot meanwhile.
#ifndef ATTENTION_CACHED_RUN
#define ATTENTION_CACHED_RUN
#include "attention_types.h"
#include "fetch.h"

// Queries above which a block of bf16 is made f32 once for all of them.
enum { WIDENED_ABOVE = 6 };

struct token_group {
    size_t first, count;
};
struct cached_run {
    const nj_cached_attention_call *call;
    const struct token_group *groups;
    bool stores;  // whether tokens are stored on the way; they are there already otherwise
};

// The first position that a token sees.
static inline int first_seen(const nj_cached_attention_call *call, size_t token) {
    int position = call->positions[token];
    return call->window == 0 || (size_t)position < call->window
        ? 0 : position - (int)call->window + 1;
}

// What a query reads of a cache by head at a time: keys of TILE positions and values of `positions`.
struct cache_block {
    const char *keys, *values;
    size_t positions;
};

// The positions from..<filled, `from` the beginning of a block, that a group's tokens visit.
struct visited_range {
    size_t from, filled;
};

static inline struct visited_range visited_by(
    const nj_cached_attention_call *call, const struct token_group *group
) {
    size_t last = group->first + group->count - 1;
    return (struct visited_range){
        (size_t)first_seen(call, group->first) / TILE * TILE, (size_t)call->positions[last] + 1};
}

// The block that begins at position t of a group's slot, of which `filled` positions are visited.
static inline struct cache_block block_at(
    const nj_cached_attention_call *call, const struct token_group *group, size_t shared, size_t t,
    size_t filled
) {
    const size_t bytes = nj_kind_bytes(call->cache_kind), padded = nj_round_up(call->head_size, 16);
    size_t slot = (size_t)call->slots[group->first];
    size_t place = (slot * call->key_value_heads + shared) * call->capacity + t;
    return (struct cache_block){
        (const char *)call->keys + place * call->head_size * bytes,
        (const char *)call->values + place * padded * bytes, nj_min(TILE, filled - t)};
}

#endif

#define NJ_SELF "attention_cached.c"
#include "each_variant.h"

#ifdef NJ_PASS

#include "vector.h"
#include "attention_tile.h"
#include "attention_pairs.h"
#include "attention_visit.h"

// Keys and values of new tokens from..<to into the caches.
static void NJ(store_tokens)(void *context, size_t from, size_t to, int thread) {
    const nj_cached_attention_call *call = context;
    const size_t row = call->key_value_heads * call->head_size;
    const size_t width = call->heads * call->head_size + 2 * row;
    (void)thread;
    for (size_t i = from; i < to; i++) {
        size_t at = ((size_t)call->slots[i] * call->capacity + (size_t)call->positions[i]) * row;
        size_t key = i * width + call->heads * call->head_size;
        for (size_t j = 0; j < row; j += 16) {
            size_t n = nj_min(16, row - j);
            NJ(store_some)(call->keys, at + j, n,
                NJ(load_some)(call->qkv, key + j, n, call->kind), call->cache_kind);
            NJ(store_some)(call->values, at + j, n,
                NJ(load_some)(call->qkv, key + row + j, n, call->kind), call->cache_kind);
        }
    }
}

// The same of token i and key head h for a cache by head: a column of a block of keys, a row of values; in
// pairs half of the pairs of two columns, and of two rows.
static void NJ(store_by_head)(const nj_cached_attention_call *call, size_t i, size_t h) {
    const size_t d = call->head_size, padded = nj_round_up(d, 16), heads = call->key_value_heads;
    const size_t bytes = nj_kind_bytes(call->cache_kind), position = (size_t)call->positions[i];
    size_t first = ((size_t)call->slots[i] * heads + h) * call->capacity;
    size_t key = i * (call->heads + 2 * heads) * d + (call->heads + h) * d;
    size_t column = first * d + position / TILE * TILE * d + position % TILE;
    if (NJ(takes_pairs)(call->kind, d)) {
        const uint16_t *new_keys = (const uint16_t *)call->qkv + key, *row = new_keys + heads * d;
        uint16_t *keys = (uint16_t *)call->keys + column + position % TILE;
        uint16_t *values
            = (uint16_t *)call->values + (first + position / 2 * 2) * padded + position % 2;
        for (size_t j = 0; j < d; j++) keys[j / 2 * 2 * TILE + j % 2] = new_keys[j];
        for (size_t j = 0; j < padded; j++) values[2 * j] = j < d ? row[j] : 0;
        return;
    }
    for (size_t j = 0; j < d; j += 16) {
        size_t n = nj_min(16, d - j);
        union { float f32[16]; uint16_t bf16[16]; } part;
        NJ(store)(&part, 0, NJ(load_some)(call->qkv, key + j, n, call->kind), call->cache_kind);
        for (size_t e = 0; e < n; e++) {
            char *to_key = (char *)call->keys + (column + (j + e) * TILE) * bytes;
            if (call->cache_kind == NJ_BF16)
                __builtin_memcpy(to_key, &part.bf16[e], 2);
            else
                __builtin_memcpy(to_key, &part.f32[e], 4);
        }
        NJ(store)(call->values, (first + position) * padded + j,
            NJ(load_some)(call->qkv, key + heads * d + j, n, call->kind), call->cache_kind);
    }
}

static void NJ(store_tokens_by_head)(void *context, size_t from, size_t to, int thread) {
    const nj_cached_attention_call *call = context;
    const size_t heads = call->key_value_heads;
    (void)thread;
    for (size_t index = from; index < to; index++)
        NJ(store_by_head)(call, index / heads, index % heads);
}

// Visits the positions from..<filled of a cache by token, rearranged on the way; `from` begins a
// block.
static void NJ(visit_by_token)(
    const nj_cached_attention_call *call, struct query_tile *tile, size_t slot, size_t shared,
    size_t from, size_t filled, float *memory
) {
    const size_t d = tile->size, padded = tile->padded, row = call->key_value_heads * d;
    const size_t first = slot * call->capacity * row + shared * d;
    float *keys = memory, *values = keys + TILE * padded;
    for (size_t t = from; t < filled; t += TILE) {
        size_t rows = nj_min(TILE, filled - t);
        NJ(fetch_rows)(call->values, call->cache_kind, first + t * row, row, rows, d);
        if (tile->pairs)
            NJ(turn_pairs)(call->keys, first + t * row, row, rows, d, keys);
        else
            NJ(turn_rows)(call->keys, call->cache_kind, first + t * row, row, rows, d, 1, keys);
        if (t + TILE < filled)
            NJ(fetch_rows)(
                call->keys, call->cache_kind, first + (t + TILE) * row, row,
                nj_min(TILE, filled - t - TILE), d);
        if (tile->pairs)
            NJ(copy_pairs)(call->values, first + t * row, row, rows, d, padded, values);
        else
            NJ(copy_rows)(
                call->values, call->cache_kind, first + t * row, row, rows, d, padded, 1, values);
        NJ(visit)(tile, (int)t, keys, values);
    }
}

static void NJ(fetch_block)(const nj_cached_attention_call *call, struct cache_block block) {
    const size_t bytes = nj_kind_bytes(call->cache_kind), padded = nj_round_up(call->head_size, 16);
    // Of each step's keys those that are there.
    const size_t step = TILE * bytes * (NJ(takes_pairs)(call->kind, call->head_size) ? 2 : 1);
    const size_t seen = nj_round_up(block.positions * step / TILE, 64);
    for (size_t row = 0; row < TILE * call->head_size * bytes; row += step)
        for (size_t at = 0; at < seen; at += 64)
            __builtin_prefetch(block.keys + row + at, 0, 2);
    for (size_t at = 0; at < block.positions * padded * bytes; at += 64)
        __builtin_prefetch(block.values + at, 0, 2);
}

// The same over a cache by head, read where it lies; then `next` is visited, if it has any positions.
static void NJ(visit_by_head)(
    const struct cached_run *run, struct query_tile *tile, const struct token_group *group,
    size_t shared, struct visited_range range, struct cache_block next, float *memory
) {
    const nj_cached_attention_call *call = run->call;
    const size_t d = tile->size, padded = tile->padded, filled = range.filled;
    for (size_t t = range.from; t < filled; t += TILE) {
        struct cache_block block = block_at(call, group, shared, t, filled), ahead = next;
        bool last = t + TILE >= filled;
        if (!last) ahead = block_at(call, group, shared, t + TILE, filled);
        if (ahead.positions) NJ(fetch_block)(call, ahead);
        if (last && run->stores)
            for (size_t i = 0; i < group->count; i++)
                NJ(store_by_head)(call, group->first + i, shared);
        if (call->cache_kind == NJ_F32 || tile->pairs) {
            NJ(visit)(tile, (int)t, block.keys, block.values);
        } else if (tile->rows <= WIDENED_ABOVE) {
            NJ(visit_of)(tile, (int)t, block.keys, block.values, NJ_BF16, false);
        } else {
            const uint16_t *keys = (const uint16_t *)block.keys;
            const uint16_t *values = (const uint16_t *)block.values;
            for (size_t i = 0; i < TILE * d; i += 16)
                NJ(store_f32)(memory + i, NJ(load_bf16)(keys + i));
            for (size_t i = 0; i < block.positions * padded; i += 16)
                NJ(store_f32)(memory + TILE * d + i, NJ(load_bf16)(values + i));
            NJ(visit)(tile, (int)t, memory, memory + TILE * d);
        }
    }
}

// Up to TILE (token, head) pairs of one key head.
static void NJ(attend_cached_heads)(
    const struct cached_run *run, const struct token_group *group, size_t shared, size_t head,
    size_t heads, struct cache_block next, float *memory
) {
    const nj_cached_attention_call *call = run->call;
    const size_t d = call->head_size, padded = nj_round_up(d, 16);
    const size_t width = (call->heads + 2 * call->key_value_heads) * d;
    const bool pairs = NJ(takes_pairs)(call->kind, d);
    float *values = memory + TILE * padded;
    struct query_tile tile;
    nj_query_tile_init(
        &tile, group->count * heads, d, padded, call->soft_cap, pairs, call->scale,
        values + TILE * padded);
    // The values' memory holds the queries until they are turned.
    for (size_t i = 0; i < group->count; i++) {
        size_t query = (group->first + i) * width + head * d;
        if (pairs)
            memcpy((uint16_t *)values + i * heads * d, (const uint16_t *)call->qkv + query,
                heads * d * sizeof(uint16_t));
        else
            NJ(copy_rows)(
                call->qkv, call->kind, query, d, heads, d, padded, call->scale,
                values + i * heads * padded);
        for (size_t h = 0; h < heads; h++) {
            tile.start[i * heads + h] = first_seen(call, group->first + i);
            tile.position[i * heads + h] = call->positions[group->first + i];
        }
    }
    if (pairs)
        NJ(turn_pairs)((const uint16_t *)values, 0, d, tile.rows, d, tile.queries);
    else
        NJ(turn_rows)(values, NJ_F32, 0, padded, tile.rows, d, 1, tile.queries);
    struct visited_range range = visited_by(call, group);
    if (call->by_head)
        NJ(visit_by_head)(run, &tile, group, shared, range, next, memory);
    else
        NJ(visit_by_token)(
            call, &tile, (size_t)call->slots[group->first], shared, range.from, range.filled, memory);
    NJ(settle)(&tile);
    for (size_t i = 0; i < group->count; i++)
        NJ(write_rows)(
            tile.out + i * heads * padded, heads, d, padded, 1, call->out, call->kind,
            (group->first + i) * call->heads * d + head * d, d);
}

// Key heads of groups from..<to.
static void NJ(attend_cached)(void *context, size_t from, size_t to, int thread) {
    const struct cached_run *run = context;
    const nj_cached_attention_call *call = run->call;
    const size_t shared_heads = call->key_value_heads, padded = nj_round_up(call->head_size, 16);
    size_t groups = call->heads / shared_heads;
    float *memory = nj_thread_scratch(
        thread, (2 * TILE * padded + nj_query_tile_floats(padded)) * sizeof(float));
    for (size_t index = from; index < to; index++) {
        const struct token_group *group = &run->groups[index / shared_heads];
        size_t shared = index % shared_heads, most = nj_min(groups, TILE / group->count);
        struct cache_block next = {0};
        if (call->by_head && index + 1 < to) {
            const struct token_group *after = &run->groups[(index + 1) / shared_heads];
            struct visited_range range = visited_by(call, after);
            next = block_at(call, after, (index + 1) % shared_heads, range.from, range.filled);
        }
        for (size_t h = 0; h < groups; h += most)
            NJ(attend_cached_heads)(
                run, group, shared, shared * groups + h, nj_min(most, groups - h), next, memory);
    }
}

#else

// Runs of tokens that follow each other in one slot and one block of positions.
static size_t find_groups(const nj_cached_attention_call *call, struct token_group *groups) {
    size_t heads = call->heads / call->key_value_heads, count = 0;
    size_t most = nj_max(1, TILE / heads);
    for (size_t i = 0; i < call->tokens; i++) {
        bool follows = count > 0 && i > 0 && call->slots[i] == call->slots[i - 1]
            && call->positions[i] == call->positions[i - 1] + 1
            && call->positions[i] % TILE != 0 && groups[count - 1].count < most;
        if (follows)
            groups[count - 1].count++;
        else
            groups[count++] = (struct token_group){i, 1};
    }
    return count;
}

// Whether no two groups are of one slot: whoever attends then reads nothing that others store.
static bool slots_differ(
    const nj_cached_attention_call *call, const struct token_group *groups, size_t count
) {
    int32_t most = 0;
    for (size_t i = 0; i < count; i++)
        most = call->slots[groups[i].first] > most ? call->slots[groups[i].first] : most;
    bool *seen = nj_shared_scratch(NJ_SCRATCH_PARTIALS, (size_t)most + 1);
    memset(seen, 0, (size_t)most + 1);
    for (size_t i = 0; i < count; i++) {
        bool *own = &seen[call->slots[groups[i].first]];
        if (*own) return false;
        *own = true;
    }
    return true;
}

void nj_cached_attention(const nj_cached_attention_call *call) {
    nj_fetch_nothing();
    if (call->tokens == 0 || call->head_size == 0) return;
    struct token_group *groups = nj_shared_scratch(
        NJ_SCRATCH_ATTENTION, call->tokens * sizeof *groups);
    size_t count = find_groups(call, groups);
    struct cached_run run = {call, groups, call->by_head && slots_differ(call, groups, count)};
    if (!call->by_head)
        nj_for_ranges(call->tokens, 1, 16, NJ_PICK(store_tokens), (void *)call);
    else if (!run.stores)
        nj_for_ranges(
            call->tokens * call->key_value_heads, 1, 16, NJ_PICK(store_tokens_by_head),
            (void *)call);
    nj_for_ranges(count * call->key_value_heads, 1, 0, NJ_PICK(attend_cached), &run);
}

void nj_cached_attention_follows(const nj_cached_attention_call *call) {
    nj_fetch_nothing();
    if (!call->by_head || call->head_size == 0) return;
    struct token_group *groups = nj_shared_scratch(
        NJ_SCRATCH_ATTENTION, call->tokens * sizeof *groups);
    const size_t bytes = nj_kind_bytes(call->cache_kind), padded = nj_round_up(call->head_size, 16);
    size_t count = find_groups(call, groups);
    for (size_t i = 0; i < count; i++) {
        struct visited_range range = visited_by(call, &groups[i]);
        size_t positions = range.filled - range.from;
        for (size_t shared = 0; shared < call->key_value_heads; shared++) {
            struct cache_block first = block_at(call, &groups[i], shared, range.from, range.filled);
            // Keys of a block lie across its positions: all of them, where at least half are there.
            size_t blocks = (positions + TILE / 2) / TILE;
            nj_fetch_later(first.keys, blocks * TILE * call->head_size * bytes);
            nj_fetch_later(first.values, positions * padded * bytes);
        }
    }
}

#endif
