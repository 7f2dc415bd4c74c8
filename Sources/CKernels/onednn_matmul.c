// Matrix products through oneDNN's matmul primitive, for machines where it has a kernel of its
// "brgemm" family (AVX-512, and bf16 units where there are any). Elsewhere it falls back to a
// just-in-time gemm that is slower than ours and whose rows depend on m.
//
// Primitives are kept by shape, because making one takes far longer than a small product. Zero
// extents never come here: this version divides by them.
#include <dnnl.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernels_internal.h"
#include "onednn_matmul.h"

// What distinguishes primitives; padding is zeroed, so that keys compare as bytes.
struct matmul_key {
    size_t m, n, k;
    int32_t a_kind, c_kind, a_arrangement, b_arrangement, accumulate;
};

struct matmul_entry {
    struct matmul_key key;
    dnnl_primitive_t primitive;
    dnnl_memory_t a, b, c;
    bool is_brgemm;
};

enum { CACHE_SIZE = 1024, CACHE_MOST = 700 };
static struct matmul_entry cache[CACHE_SIZE];
static size_t cached;

static dnnl_engine_t engine;
static dnnl_stream_t stream;

// Both are made by the compute thread at its first product and live as long as the process.
static bool ready(void) {
    if (stream) return true;
    if (!engine && dnnl_engine_create(&engine, dnnl_cpu, 0) != dnnl_success) return false;
    return dnnl_stream_create(&stream, engine, dnnl_stream_default_flags) == dnnl_success;
}

static dnnl_data_type_t data_type(int kind) { return kind == NJ_BF16 ? dnnl_bf16 : dnnl_f32; }

static bool describe(
    dnnl_memory_desc_t *desc, size_t rows, size_t columns, bool turned, int kind
) {
    dnnl_dims_t dims = {(dnnl_dim_t)rows, (dnnl_dim_t)columns};
    dnnl_dims_t strides = {(dnnl_dim_t)(turned ? 1 : columns), (dnnl_dim_t)(turned ? rows : 1)};
    return dnnl_memory_desc_init_by_strides(desc, 2, dims, data_type(kind), strides)
        == dnnl_success;
}

// A product's primitive descriptor; `b` is what the weights look like, or NULL for oneDNN's choice.
static dnnl_primitive_desc_t make_desc(const struct matmul_key *key, const dnnl_memory_desc_t *b) {
    dnnl_memory_desc_t a_desc, b_desc, c_desc;
    dnnl_matmul_desc_t matmul;
    dnnl_primitive_desc_t made = NULL;
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_post_ops_t operations = NULL;
    dnnl_dims_t b_dims = {(dnnl_dim_t)key->k, (dnnl_dim_t)key->n};
    if (!describe(&a_desc, key->m, key->k, key->a_arrangement == NJ_TRANSPOSED, key->a_kind))
        return NULL;
    if (!describe(&c_desc, key->m, key->n, false, key->c_kind)) return NULL;
    if (b)
        b_desc = *b;
    else if (dnnl_memory_desc_init_by_tag(
                 &b_desc, 2, b_dims, data_type(key->a_kind), dnnl_format_tag_any)
        != dnnl_success)
        return NULL;
    if (dnnl_matmul_desc_init(&matmul, &a_desc, &b_desc, NULL, &c_desc) != dnnl_success)
        return NULL;
    bool good = dnnl_primitive_attr_create(&attributes) == dnnl_success;
    if (good && key->accumulate) {
        good = dnnl_post_ops_create(&operations) == dnnl_success
            && dnnl_post_ops_append_sum(operations, 1.0f) == dnnl_success
            && dnnl_primitive_attr_set_post_ops(attributes, operations) == dnnl_success;
    }
    if (good && dnnl_primitive_desc_create(&made, &matmul, attributes, engine, NULL)
            != dnnl_success)
        made = NULL;
    if (operations) dnnl_post_ops_destroy(operations);
    if (attributes) dnnl_primitive_attr_destroy(attributes);
    return made;
}

static bool is_brgemm(const_dnnl_primitive_desc_t desc) {
    const char *name = NULL;
    return dnnl_primitive_desc_query(desc, dnnl_query_impl_info_str, 0, &name) == dnnl_success
        && name && strstr(name, "brg");
}

// The arrangement in which oneDNN wants a weight [n, k]: asked for at one m, so that it is a
// function of n, k and kind alone.
static bool packed_desc(int kind, size_t n, size_t k, dnnl_memory_desc_t *desc) {
    struct matmul_key key = {.m = 64, .n = n, .k = k, .a_kind = kind, .c_kind = kind};
    dnnl_primitive_desc_t made = ready() ? make_desc(&key, NULL) : NULL;
    if (!made) return false;
    const dnnl_memory_desc_t *found
        = dnnl_primitive_desc_query_md(made, dnnl_query_weights_md, 0);
    bool good = found && is_brgemm(made);
    if (good) *desc = *found;
    dnnl_primitive_desc_destroy(made);
    return good;
}

static void drop(struct matmul_entry *entry) {
    if (entry->primitive) dnnl_primitive_destroy(entry->primitive);
    if (entry->a) dnnl_memory_destroy(entry->a);
    if (entry->b) dnnl_memory_destroy(entry->b);
    if (entry->c) dnnl_memory_destroy(entry->c);
    *entry = (struct matmul_entry){0};
}

static bool make_entry(struct matmul_entry *entry, const struct matmul_key *key) {
    dnnl_memory_desc_t a_desc, b_desc, c_desc;
    entry->key = *key;
    if (key->b_arrangement == NJ_PACKED) {
        if (!packed_desc(key->a_kind, key->n, key->k, &b_desc)) return false;
    } else if (!describe(
                   &b_desc, key->k, key->n, key->b_arrangement == NJ_TRANSPOSED, key->a_kind)) {
        return false;
    }
    dnnl_primitive_desc_t made = make_desc(key, &b_desc);
    if (!made) return false;
    entry->is_brgemm = is_brgemm(made);
    bool good = dnnl_primitive_create(&entry->primitive, made) == dnnl_success
        && describe(&a_desc, key->m, key->k, key->a_arrangement == NJ_TRANSPOSED, key->a_kind)
        && describe(&c_desc, key->m, key->n, false, key->c_kind)
        && dnnl_memory_create(&entry->a, &a_desc, engine, DNNL_MEMORY_NONE) == dnnl_success
        && dnnl_memory_create(&entry->b, &b_desc, engine, DNNL_MEMORY_NONE) == dnnl_success
        && dnnl_memory_create(&entry->c, &c_desc, engine, DNNL_MEMORY_NONE) == dnnl_success;
    dnnl_primitive_desc_destroy(made);
    return good;
}

// The primitive of a key, from the cache or new; without one the entry has no primitive.
static struct matmul_entry *find(const struct matmul_key *key) {
    uint64_t hash = 1469598103934665603u;
    for (size_t i = 0; i < sizeof *key; i++)
        hash = (hash ^ ((const unsigned char *)key)[i]) * 1099511628211u;
    if (cached > CACHE_MOST) {
        for (size_t i = 0; i < CACHE_SIZE; i++) drop(&cache[i]);
        cached = 0;
    }
    size_t at = hash % CACHE_SIZE;
    while (cache[at].key.m != 0) {
        if (!memcmp(&cache[at].key, key, sizeof *key)) return &cache[at];
        at = (at + 1) % CACHE_SIZE;
    }
    cached++;
    if (!make_entry(&cache[at], key)) {
        drop(&cache[at]);
        cache[at].key = *key;  // remembered as impossible
    }
    return &cache[at];
}

bool nj_onednn_matmul(const nj_gemm_call *call, bool brgemm_only) {
    if (!ready() || call->a_kind != call->b_kind) return false;
    struct matmul_key key;
    memset(&key, 0, sizeof key);
    key.m = call->m;
    key.n = call->n;
    key.k = call->k;
    key.a_kind = (int32_t)call->a_kind;
    key.c_kind = (int32_t)call->c_kind;
    key.a_arrangement = (int32_t)call->a_arrangement;
    key.b_arrangement = (int32_t)call->b_arrangement;
    key.accumulate = call->accumulate != 0;
    struct matmul_entry *entry = find(&key);
    if (!entry->primitive || (brgemm_only && !entry->is_brgemm)) return false;
    if (dnnl_memory_set_data_handle(entry->a, (void *)call->a) != dnnl_success
        || dnnl_memory_set_data_handle(entry->b, (void *)call->b) != dnnl_success
        || dnnl_memory_set_data_handle(entry->c, call->c) != dnnl_success)
        return false;
    dnnl_exec_arg_t arguments[] = {
        {DNNL_ARG_SRC, entry->a}, {DNNL_ARG_WEIGHTS, entry->b}, {DNNL_ARG_DST, entry->c}};
    return dnnl_primitive_execute(entry->primitive, stream, 3, arguments) == dnnl_success
        && dnnl_stream_wait(stream) == dnnl_success;
}

bool nj_onednn_has_brgemm(nj_kind kind) {
    dnnl_memory_desc_t desc;
    return packed_desc((int)kind, 512, 512, &desc);
}

size_t nj_onednn_packed_bytes(nj_kind kind, size_t n, size_t k) {
    dnnl_memory_desc_t desc;
    return packed_desc((int)kind, n, k, &desc) ? dnnl_memory_desc_get_size(&desc) : 0;
}

// Copies between two arrangements of one matrix.
static bool rearrange(
    const dnnl_memory_desc_t *from_desc, const void *from, const dnnl_memory_desc_t *to_desc,
    void *to
) {
    dnnl_primitive_desc_t made = NULL;
    dnnl_primitive_t primitive = NULL;
    dnnl_memory_t source = NULL, destination = NULL;
    bool good = dnnl_reorder_primitive_desc_create(
                    &made, from_desc, engine, to_desc, engine, NULL) == dnnl_success
        && dnnl_primitive_create(&primitive, made) == dnnl_success
        && dnnl_memory_create(&source, from_desc, engine, (void *)from) == dnnl_success
        && dnnl_memory_create(&destination, to_desc, engine, to) == dnnl_success;
    if (good) {
        dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, source}, {DNNL_ARG_TO, destination}};
        good = dnnl_primitive_execute(primitive, stream, 2, arguments) == dnnl_success
            && dnnl_stream_wait(stream) == dnnl_success;
    }
    if (source) dnnl_memory_destroy(source);
    if (destination) dnnl_memory_destroy(destination);
    if (primitive) dnnl_primitive_destroy(primitive);
    if (made) dnnl_primitive_desc_destroy(made);
    return good;
}

bool nj_onednn_pack(const void *weight, nj_kind kind, size_t n, size_t k, void *packed) {
    dnnl_memory_desc_t from, to;
    return packed_desc((int)kind, n, k, &to) && describe(&from, k, n, true, (int)kind)
        && rearrange(&from, weight, &to, packed);
}

bool nj_onednn_unpack(const void *packed, nj_kind kind, size_t n, size_t k, void *weight) {
    dnnl_memory_desc_t from, to;
    return packed_desc((int)kind, n, k, &from) && describe(&to, k, n, true, (int)kind)
        && rearrange(&from, packed, &to, weight);
}

const char *nj_onednn_version(void) {
    static char text[32];
    const dnnl_version_t *version = dnnl_version();
    snprintf(text, sizeof text, "oneDNN %d.%d.%d", version->major, version->minor, version->patch);
    return text;
}
