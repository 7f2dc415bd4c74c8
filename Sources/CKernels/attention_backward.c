// Causal grouped-query attention, backward: the gradient of qkv [n, (h + 2k) d].
//
// Weights are recomputed from the scores and the forward's log-sum-exp (Dao et al. 2022). One
// task owns a key head of a row of the batch, with all its query heads: gradients of keys and
// values add up in its own memory, over query heads, then query tiles, in order.
#ifndef ATTENTION_BACKWARD_RUN
#define ATTENTION_BACKWARD_RUN
#include "attention_types.h"

// One task's memory: all tiles f32, or in `pairs` of bf16 those that are multiplied, as
// `attention_pairs.h` has them; then `queries` and `upstream` pair rows, and so do `weight_pairs` and
// `gradient_pairs` [TILE / 2][TILE], which take the place of the two before them.
struct gradient_state {
    const nj_attention_call *call;
    size_t base, shared, padded, blocks;
    bool pairs;
    float unit;     // what a score of 1 is worth: the scale where nothing has applied it, else 1
    size_t floats;  // of a tile that is multiplied
    float *keys, *keys_turned, *values_turned;  // a tile for every block of keys
    float *key_gradient, *value_gradient;       // likewise
    float *queries, *upstream, *query_gradient;
    float *queries_turned, *upstream_turned;
    float *weights, *weight_gradient;           // [TILE][TILE]
    float *weight_pairs, *gradient_pairs;
    float delta[TILE];
    float level[TILE];                          // the log-sum-exp, as a score before its scale
};
#endif

#define NJ_SELF "attention_backward.c"
#include "each_variant.h"

#ifdef NJ_PASS

#include "vector.h"
#include "attention_tile.h"
#include "attention_pairs.h"
#include "rotary_rows.h"

// weights = exp(scores - log-sum-exp) and scores' gradient, in place of scores and of upstream · values:
// one row's, zeros outside low...high. In pairs two rows', as pairs, and the gradients of each as bf16 in
// place as well; the scores are not scaled yet.
NJ_INLINE void NJ(harden)(
    struct gradient_state *s, size_t row, const int low[2], const int high[2], const bool pairs
) {
    enum { PARTS = NJ(WIDE) / 16 };
    const size_t each = pairs ? 2 : 1;
    const float cap = s->call->soft_cap, scale = pairs ? s->call->scale : 1;
    float *weights = s->weights + row * TILE, *gradient = s->weight_gradient + row * TILE;
    bool all = true;
    for (size_t n = 0; n < each; n++) {
        all = all && low[n] <= 0 && high[n] >= TILE - 1;
        if (cap > 0) NJ(cap_scores)(weights + n * TILE, cap, scale);
    }
    for (size_t at = 0; at < TILE; at += NJ(WIDE) / each) {
        // Part p lies in row `of` of the two, in both ways of sharing parts out.
        NJ(wide) all_weights;
        nj_v16 score[PARTS], w[PARTS], g[PARTS];
        for (size_t p = 0; p < PARTS; p++) {
            const size_t of = pairs ? p / 2 : 0, column = at + (pairs ? p % 2 : p) * 16;
            score[p] = NJ(load_f32)(weights + of * TILE + column);
            w[p] = score[p] - s->level[row + of];
        }
        __builtin_memcpy(&all_weights, w, sizeof w);
        all_weights = NJ(weights_of)(all_weights, s->unit, pairs);
        __builtin_memcpy(w, &all_weights, sizeof w);
        for (size_t p = 0; p < PARTS; p++) {
            const size_t of = pairs ? p / 2 : 0, column = at + (pairs ? p % 2 : p) * 16;
            g[p] = w[p] * (NJ(load_f32)(gradient + of * TILE + column) - s->delta[row + of]);
            // The slope of cap tanh(x / cap).
            if (cap > 0) g[p] = g[p] * (1.0f - score[p] * score[p] * (1.0f / (cap * cap)));
            if (all) continue;
            nj_i16 seen = NJ(visible)((int)column / 16, low[of], high[of]);
            w[p] = NJ(select)(seen, w[p], NJ(splat)(0));
            g[p] = NJ(select)(seen, g[p], NJ(splat)(0));
        }
        if (!pairs)
            for (size_t p = 0; p < PARTS; p++) {
                NJ(store_f32)(weights + at + p * 16, w[p]);
                NJ(store_f32)(gradient + at + p * 16, g[p]);
            }
        else
            for (size_t p = 0; p + 2 < PARTS; p++) {
                const size_t to = row / 2 * TILE + at + p * 16;
                nj_h32 halves = NJ(round_both)(g[p], g[p + 2]);
                NJ(store_f32)(
                    s->weight_pairs + to, NJ(interleave)(NJ(round_both)(w[p], w[p + 2])));
                NJ(store_f32)(s->gradient_pairs + to, NJ(interleave)(halves));
                nj_h16 own[2];
                __builtin_memcpy(own, &halves, sizeof own);
                for (size_t n = 0; n < 2; n++)
                    __builtin_memcpy(
                        (uint16_t *)(gradient + n * TILE) + at + p * 16, &own[n], sizeof *own);
            }
    }
}

// A tile of queries against one block of keys. One product after the other, so that the tile which
// all strips of a product read stays in the L1 cache; what comes next is asked for meanwhile.
NJ_INLINE void NJ(meet_in)(
    struct gradient_state *s, size_t query_block, size_t block, size_t rows, const bool pairs
) {
    const size_t d = s->call->head_size, padded = s->padded;
    const int *starts = s->call->starts + s->base + query_block * TILE;
    const bool diagonal = block == query_block;
    const size_t tile = block * s->floats, next = tile + s->floats, sums = block * TILE * padded;
    const size_t bytes = s->floats * sizeof(float), turned_bytes = bytes / padded * d;
    const size_t sum_bytes = TILE * padded * sizeof(float), each = pairs ? 2 : 1;
    const size_t keys = nj_min(TILE, s->call->time - block * TILE);
    // The keys that a strip sees whose last query is before `end`.
#define NJ_SEEN(end) (diagonal ? (end) : TILE)
    NJ_EACH_STRIP(i, n, rows) {
        NJ(fetch_part)(s->keys_turned + next, turned_bytes, i, n);
        (pairs ? NJ(product_of_turned_pairs) : NJ(product_of_turned))(
            s->queries_turned + i, s->keys_turned + tile, TILE, d, s->weights + i * TILE, TILE, n,
            nj_round_up(NJ_SEEN(i + n), 16));
    }
    NJ_EACH_STRIP(i, n, rows) {
        NJ(fetch_part)(s->values_turned + next, turned_bytes, i, n);
        (pairs ? NJ(product_of_turned_pairs) : NJ(product_of_turned))(
            s->upstream_turned + i, s->values_turned + tile, TILE, d,
            s->weight_gradient + i * TILE, TILE, n, nj_round_up(NJ_SEEN(i + n), 16));
    }
    NJ_EACH_STRIP(i, n, rows) {
        NJ(fetch_part)(s->value_gradient + sums, sum_bytes, i, n);
        for (size_t r = i; r < i + n; r += each) {
            int low[2], high[2];
            for (size_t of = 0; of < each; of++) {
                // After the last of an odd number of rows comes one that sees nothing.
                bool there = r + of < rows;
                low[of] = there ? starts[r + of] - (int)(block * TILE) : TILE;
                high[of] = diagonal ? (int)(r + of) : TILE - 1;
            }
            NJ(harden)(s, r, low, high, pairs);
        }
    }
    NJ_EACH_STRIP(i, n, rows) {
        NJ(fetch_part)(s->key_gradient + sums, sum_bytes, i, n);
        (pairs ? NJ(add_product_pairs) : NJ(add_product))(
            s->weight_gradient + i * TILE, s->keys + tile, padded, NJ_SEEN(i + n),
            s->query_gradient + i * padded, padded, n, padded);
    }
#undef NJ_SEEN
    // Queries before a key do not see it. Strips begin at even rows, so that pairs are whole.
    const float *weights = pairs ? s->weight_pairs : s->weights;
    const float *gradient = pairs ? s->gradient_pairs : s->weight_gradient;
    NJ_EACH_STRIP(j, n, keys) {
        NJ(fetch_part)(s->keys + next, bytes, j, n);
        size_t skip = diagonal ? j : 0, step = skip / each;
        if (skip < rows)
            (pairs ? NJ(add_product_of_turned_pairs) : NJ(add_product_of_turned))(
                weights + step * TILE + j, s->upstream + step * padded, padded, rows - skip,
                s->value_gradient + sums + j * padded, padded, n, padded);
    }
    NJ_EACH_STRIP(j, n, keys) {
        size_t skip = diagonal ? j : 0, step = skip / each;
        if (skip < rows)
            (pairs ? NJ(add_product_of_turned_pairs) : NJ(add_product_of_turned))(
                gradient + step * TILE + j, s->queries + step * padded, padded, rows - skip,
                s->key_gradient + sums + j * padded, padded, n, padded);
    }
}

static void NJ(meet)(struct gradient_state *s, size_t query_block, size_t block, size_t rows) {
    if (NJ_MULTIPLIES_BF16 && s->pairs)
        NJ(meet_in)(s, query_block, block, rows, NJ_MULTIPLIES_BF16);
    else
        NJ(meet_in)(s, query_block, block, rows, false);
}

static void NJ(one_query_tile)(struct gradient_state *s, size_t head, size_t block) {
    const nj_attention_call *call = s->call;
    const size_t d = call->head_size, padded = s->padded;
    const size_t width = (call->heads + 2 * call->key_value_heads) * d;
    const size_t t = s->base + block * TILE, rows = nj_min(TILE, call->time - block * TILE);
    const size_t row = call->heads * d, query = t * width + head * d, out = t * row + head * d;
    if (s->pairs) {
        NJ(copy_pairs)(call->qkv, query, width, rows, d, padded, s->queries);
        NJ(turn_pairs)(call->qkv, query, width, rows, d, s->queries_turned);
        NJ(copy_pairs)(call->upstream, out, row, rows, d, padded, s->upstream);
        NJ(turn_pairs)(call->upstream, out, row, rows, d, s->upstream_turned);
    } else {
        NJ(copy_rows)(
            call->qkv, call->kind, query, width, rows, d, padded, call->scale, s->queries);
        NJ(turn_rows)(s->queries, NJ_F32, 0, padded, rows, d, 1, s->queries_turned);
        NJ(copy_rows)(call->upstream, call->kind, out, row, rows, d, padded, 1, s->upstream);
        NJ(turn_rows)(s->upstream, NJ_F32, 0, padded, rows, d, 1, s->upstream_turned);
    }
    int visible = (int)(block * TILE);
    for (size_t i = 0; i < rows; i++) {
        nj_v16 sum = {0};
        for (size_t j = 0; j < d; j += 16) {
            size_t n = nj_min(16, d - j), at = out + i * row + j;
            sum += NJ(load_some)(call->upstream, at, n, call->kind)
                * NJ(load_some)(call->out, at, n, call->kind);
        }
        s->delta[i] = NJ(sum_lanes)(sum);
        s->level[i] = call->log_sum_exp[(t + i) * call->heads + head] / s->unit;
        visible = call->starts[t + i] < visible ? call->starts[t + i] : visible;
    }
    memset(s->query_gradient, 0, TILE * padded * sizeof(float));
    size_t earliest = (size_t)visible / TILE, after = nj_min(TILE, call->time - block * TILE - rows);
    for (size_t b = earliest; b <= block; b++) {
        size_t part = b - earliest, parts = block + 1 - earliest;
        NJ(fetch_share)(call->qkv, call->kind, query + TILE * width, width, after, d, part, parts);
        NJ(fetch_share)(call->upstream, call->kind, out + TILE * row, row, after, d, part, parts);
        NJ(fetch_share)(call->out, call->kind, out + TILE * row, row, after, d, part, parts);
        NJ(meet)(s, block, b, rows);
    }
    NJ(write_rows)(s->query_gradient, rows, d, padded, call->scale, call->gradient, call->kind,
        t * width + head * d, width);
    if (call->rotation) NJ(rotate_rows)(call->rotation, t, t + rows, head, head + 1);
}

static void NJ(attend_backward)(void *context, size_t index, int thread) {
    const nj_attention_call *call = context;
    const size_t d = call->head_size, padded = nj_round_up(d, 16), time = call->time;
    const size_t groups = call->heads / call->key_value_heads;
    const size_t width = (call->heads + 2 * call->key_value_heads) * d;
    struct gradient_state s = {
        .call = call, .base = index / call->key_value_heads * time,
        .shared = index % call->key_value_heads, .padded = padded,
        .blocks = nj_ceil_div(time, TILE), .pairs = NJ(takes_pairs)(call->kind, d)};
    const size_t tile = TILE * padded, whole = s.blocks * tile;
    s.floats = s.pairs ? tile / 2 : tile;
    s.unit = s.pairs && call->soft_cap == 0 ? call->scale : 1;
    const size_t all = s.blocks * s.floats;
    s.keys = nj_thread_scratch(
        thread, (3 * all + 2 * whole + 5 * tile + 3 * TILE * TILE) * sizeof(float));
    s.keys_turned = s.keys + all;
    s.values_turned = s.keys_turned + all;
    s.key_gradient = s.values_turned + all;
    s.value_gradient = s.key_gradient + whole;
    s.queries = s.value_gradient + whole;
    s.upstream = s.queries + tile;
    s.query_gradient = s.upstream + tile;
    s.queries_turned = s.query_gradient + tile;
    s.upstream_turned = s.queries_turned + tile;
    s.weights = s.upstream_turned + tile;
    s.weight_gradient = s.weights + TILE * TILE;
    s.weight_pairs = s.weight_gradient + TILE * TILE;
    s.gradient_pairs = s.weight_pairs + TILE * TILE / 2;
    memset(s.key_gradient, 0, 2 * whole * sizeof(float));

    const size_t key = s.base * width + (call->heads + s.shared) * d;
    const size_t value = key + call->key_value_heads * d;
    for (size_t b = 0; b < s.blocks; b++) {
        size_t t = b * TILE, rows = nj_min(TILE, time - t), at = b * s.floats;
        size_t keys = key + t * width, values = value + t * width;
        if (b + 1 < s.blocks) {
            size_t after = nj_min(TILE, time - t - TILE);
            NJ(fetch_rows)(call->qkv, call->kind, keys + TILE * width, width, after, d);
            NJ(fetch_rows)(call->qkv, call->kind, values + TILE * width, width, after, d);
        }
        if (s.pairs) {
            NJ(copy_pairs)(call->qkv, keys, width, rows, d, padded, s.keys + at);
            NJ(turn_pairs)(call->qkv, keys, width, rows, d, s.keys_turned + at);
            NJ(turn_pairs)(call->qkv, values, width, rows, d, s.values_turned + at);
            continue;
        }
        NJ(copy_rows)(call->qkv, call->kind, keys, width, rows, d, padded, 1, s.keys + at);
        NJ(turn_rows)(call->qkv, call->kind, keys, width, rows, d, 1, s.keys_turned + at);
        NJ(turn_rows)(call->qkv, call->kind, values, width, rows, d, 1, s.values_turned + at);
    }
    for (size_t head = s.shared * groups; head < (s.shared + 1) * groups; head++)
        for (size_t block = 0; block < s.blocks; block++) NJ(one_query_tile)(&s, head, block);
    for (size_t b = 0; b < s.blocks; b++) {
        size_t t = s.base + b * TILE, rows = nj_min(TILE, time - b * TILE);
        size_t key_head = call->heads + s.shared;
        // The queries were scaled already, but for those in pairs.
        NJ(write_rows)(
            s.key_gradient + b * tile, rows, d, padded, s.pairs ? call->scale : 1, call->gradient,
            call->kind, key + b * TILE * width, width);
        NJ(write_rows)(
            s.value_gradient + b * tile, rows, d, padded, 1, call->gradient, call->kind,
            value + b * TILE * width, width);
        if (call->rotation)
            NJ(rotate_rows)(call->rotation, t, t + rows, key_head, key_head + 1);
    }
}

#else

void nj_attention_backward(const nj_attention_call *call) {
    if (call->time == 0 || call->head_size == 0) return;
    nj_for_tasks(
        call->batch * call->key_value_heads, NJ_PICK(attend_backward), (void *)call);
}

#endif
