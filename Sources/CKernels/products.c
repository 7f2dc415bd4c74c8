// Who computes a product: oneDNN where the processor has units for matrix tiles, which ours do not
// use, and a brgemm kernel for the kind; our own gemm elsewhere, where it is the faster one in both.
//
// The choice depends on the kind alone, never on the shape: rows must be bit-equal whatever stands
// beside them. NIGHTJAR_PRODUCTS=own|onednn forces one.
#include <stdlib.h>

#include "kernels_internal.h"
#include "onednn_matmul.h"

enum { UNDECIDED = -1, OWN = 0, ONEDNN = 1 };

static int forced = UNDECIDED;
static bool asked_environment;
static int best[2] = {UNDECIDED, UNDECIDED};  // by kind

void nj_force_products(nj_products products) {
    asked_environment = true;
    forced = products == NJ_PRODUCTS_OWN ? OWN
        : products == NJ_PRODUCTS_ONEDNN ? ONEDNN : UNDECIDED;
}

static void ask_environment(void) {
    if (asked_environment) return;
    asked_environment = true;
    const char *wish = getenv("NIGHTJAR_PRODUCTS");
    if (wish && !strcmp(wish, "own")) forced = OWN;
    if (wish && !strcmp(wish, "onednn")) forced = ONEDNN;
}

static bool by_onednn(nj_kind kind) {
    ask_environment();
    if (forced != UNDECIDED) return forced == ONEDNN;
    int *known = &best[kind == NJ_BF16];
    if (*known == UNDECIDED)
        *known = nj_has_matrix_tiles() && nj_onednn_has_brgemm(kind) ? ONEDNN : OWN;
    return *known == ONEDNN;
}

int nj_products_by_onednn(nj_kind kind) { return by_onednn(kind); }

int nj_has_native_bf16(void) {
    return by_onednn(NJ_BF16) ? nj_onednn_has_brgemm(NJ_BF16) : nj_gemm_multiplies_bf16();
}

const char *nj_products_library_version(void) { return nj_onednn_version(); }

// oneDNN multiplies operands of one kind; where one of ours is f32, it is rounded to bf16.
static bool by_onednn_rounded(const nj_gemm_call *call) {
    if (call->a_kind == call->b_kind) return nj_onednn_matmul(call, forced == UNDECIDED);
    if (call->b_arrangement == NJ_PACKED && call->b_kind == NJ_F32) return false;
    bool a = call->a_kind == NJ_F32;
    size_t count = a ? call->m * call->k : call->k * call->n;
    void *rounded = nj_shared_scratch(NJ_SCRATCH_ROUNDED, count * sizeof(uint16_t));
    nj_convert(a ? call->a : call->b, NJ_F32, rounded, NJ_BF16, count);
    nj_gemm_call same = *call;
    same.a_kind = same.b_kind = NJ_BF16;
    if (a)
        same.a = rounded;
    else
        same.b = rounded;
    return nj_onednn_matmul(&same, forced == UNDECIDED);
}

void nj_multiply(const nj_gemm_call *call) {
    if (call->b_kind == NJ_I8) {
        nj_gemm(call);
        return;
    }
    bool is_bf16 = call->a_kind == NJ_BF16 || call->b_kind == NJ_BF16;
    nj_kind kind = is_bf16 ? NJ_BF16 : NJ_F32;
    if (call->m == 0 || call->n == 0 || call->k == 0 || !by_onednn(kind)) {
        nj_gemm(call);
        return;
    }
    if (by_onednn_rounded(call)) return;
    bool theirs = call->b_arrangement == NJ_PACKED && by_onednn(call->b_kind)
        && nj_onednn_packed_bytes(call->b_kind, call->n, call->k) != 0;
    if (!theirs) {
        nj_gemm(call);
        return;
    }
    // Arranged by oneDNN, which has no kernel for it at this m: back to rows first.
    void *rows = nj_shared_scratch(
        NJ_SCRATCH_ROUNDED, call->n * call->k * nj_kind_bytes(call->b_kind));
    nj_onednn_unpack(call->b, call->b_kind, call->n, call->k, rows);
    nj_gemm_call plain = *call;
    plain.b = rows;
    plain.b_arrangement = NJ_TRANSPOSED;
    if (!by_onednn_rounded(&plain)) nj_gemm(&plain);
}

size_t nj_packed_bytes(nj_kind kind, size_t n, size_t k) {
    size_t bytes = n && k && by_onednn(kind) ? nj_onednn_packed_bytes(kind, n, k) : 0;
    return bytes ? bytes : nj_gemm_packed_bytes(kind, n, k);
}

void nj_pack(const void *weight, nj_kind kind, size_t n, size_t k, void *packed) {
    bool theirs = n && k && by_onednn(kind) && nj_onednn_packed_bytes(kind, n, k) != 0;
    if (theirs && nj_onednn_pack(weight, kind, n, k, packed)) return;
    nj_gemm_pack(weight, kind, n, k, packed);
}
