// Causal grouped-query attention, forward: qkv [n, (h + 2k) d] -> out [n, h d].
//
// Tiles of 64 queries meet blocks of 64 keys in registers and the L1 cache; no score leaves it
// (Dao et al. 2022). Keys and values of a head are rearranged once for all queries that share
// them. Only blocks between the first visible position and the diagonal are visited.
#ifndef ATTENTION_RUN
#define ATTENTION_RUN
#include "attention_types.h"
struct attention_run {
    const nj_attention_call *call;
    size_t blocks;  // of queries, in a row of the batch
    size_t pieces;  // tasks that these are cut into
    bool rotates;   // whether a task turns its heads first, tile by tile
};
#endif

#define NJ_SELF "attention.c"
#include "each_variant.h"

#ifdef NJ_PASS

#include "vector.h"
#include "attention_tile.h"
#include "attention_pairs.h"
#include "attention_visit.h"
#include "rotary_rows.h"

static void NJ(attend)(void *context, size_t index, int thread) {
    const struct attention_run *run = context;
    const nj_attention_call *call = run->call;
    const size_t d = call->head_size, padded = nj_round_up(d, 16), time = call->time;
    const size_t groups = call->heads / call->key_value_heads;
    const size_t width = (call->heads + 2 * call->key_value_heads) * d;
    const bool pairs = NJ(takes_pairs)(call->kind, d);
    const size_t floats = pairs ? TILE * padded / 2 : TILE * padded;  // of a tile
    // The longest pieces, those at the end of a row, are handed out first.
    size_t piece = run->pieces - 1 - index % run->pieces;
    size_t shared = index / run->pieces % call->key_value_heads;
    size_t base = index / run->pieces / call->key_value_heads * time;
    size_t from = run->blocks * piece / run->pieces, to = run->blocks * (piece + 1) / run->pieces;
    if (from == to) return;

    size_t end = nj_min(to * TILE, time);
    int earliest = (int)end;
    for (size_t t = from * TILE; t < end; t++)
        earliest = call->starts[base + t] < earliest ? call->starts[base + t] : earliest;
    size_t first = (size_t)earliest / TILE, held = nj_ceil_div(end, TILE) - first;
    float *keys = nj_thread_scratch(
        thread,
        (held * 2 * floats + nj_query_tile_floats(padded)) * sizeof(float));
    float *values = keys + held * floats, *memory = values + held * floats;
    for (size_t b = 0; b < held; b++) {
        size_t t = (first + b) * TILE, rows = nj_min(TILE, time - t);
        size_t key = (base + t) * width + (call->heads + shared) * d;
        size_t value = key + call->key_value_heads * d;
        if (b + 1 < held) {
            size_t after = nj_min(TILE, time - t - TILE);
            NJ(fetch_rows)(call->qkv, call->kind, key + TILE * width, width, after, d);
            NJ(fetch_rows)(call->qkv, call->kind, value + TILE * width, width, after, d);
        }
        if (run->rotates)
            NJ(rotate_rows)(
                call->rotation, base + t, base + t + rows, call->heads + shared,
                call->heads + shared + 1);
        if (pairs) {
            NJ(turn_pairs)(call->qkv, key, width, rows, d, keys + b * floats);
            NJ(copy_pairs)(call->qkv, value, width, rows, d, padded, values + b * floats);
            continue;
        }
        NJ(turn_rows)(call->qkv, call->kind, key, width, rows, d, 1, keys + b * floats);
        NJ(copy_rows)(
            call->qkv, call->kind, value, width, rows, d, padded, 1, values + b * floats);
    }
    for (size_t head = shared * groups; head < (shared + 1) * groups; head++)
        for (size_t block = from; block < to; block++) {
            size_t t = block * TILE, rows = nj_min(TILE, time - t);
            struct query_tile tile;
            nj_query_tile_init(
                &tile, rows, d, padded, call->soft_cap, pairs, call->scale, memory);
            int visible = (int)t;
            for (size_t i = 0; i < rows; i++) {
                tile.start[i] = call->starts[base + t + i];
                tile.position[i] = (int)(t + i);
                visible = tile.start[i] < visible ? tile.start[i] : visible;
            }
            size_t query = (base + t) * width + head * d;
            if (run->rotates)
                NJ(rotate_rows)(call->rotation, base + t, base + t + rows, head, head + 1);
            if (pairs)
                NJ(turn_pairs)(call->qkv, query, width, rows, d, tile.queries);
            else
                NJ(turn_rows)(
                    call->qkv, call->kind, query, width, rows, d, call->scale, tile.queries);
            size_t earliest = (size_t)visible / TILE;
            size_t after = nj_min(TILE, time - t - rows);
            for (size_t b = earliest; b <= block; b++) {
                NJ(fetch_share)(
                    call->qkv, call->kind, query + TILE * width, width, after, d, b - earliest,
                    block + 1 - earliest);
                NJ(visit)(&tile, (int)(b * TILE), keys + (b - first) * floats,
                    values + (b - first) * floats);
            }
            NJ(settle)(&tile);
            NJ(write_rows)(
                tile.out, rows, d, padded, 1, call->out, call->kind,
                (base + t) * call->heads * d + head * d, call->heads * d);
            for (size_t i = 0; i < rows; i++)
                call->log_sum_exp[(base + t + i) * call->heads + head]
                    = tile.top[i] * tile.unit + logf(tile.sum[i]);
        }
}

#else

void nj_attention(const nj_attention_call *call) {
    struct attention_run run = {call, nj_ceil_div(call->time, TILE), 1, call->rotation != NULL};
    size_t rows = call->batch * call->key_value_heads, wanted = 4 * (size_t)nj_threads();
    if (rows == 0 || run.blocks == 0) return;
    if (rows < wanted) run.pieces = nj_min(run.blocks, nj_ceil_div(wanted, rows));
    if (run.pieces > 1 && run.rotates) {
        // Pieces share keys.
        nj_rotary(call->rotation);
        run.rotates = false;
    }
    nj_for_tasks(rows * run.pieces, NJ_PICK(attend), &run);
}

#endif
