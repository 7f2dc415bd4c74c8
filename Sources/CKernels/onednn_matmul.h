// oneDNN's matmul primitive, as products.c uses it. Every function answers false (or 0) where
// oneDNN cannot do what is asked, having changed nothing.
#pragma once

#include "kernels_internal.h"

bool nj_onednn_matmul(const nj_gemm_call *call, bool brgemm_only);
bool nj_onednn_has_brgemm(nj_kind kind);

// Bytes of weight [n, k] in oneDNN's own arrangement; 0 where it has none.
size_t nj_onednn_packed_bytes(nj_kind kind, size_t n, size_t k);
bool nj_onednn_pack(const void *weight, nj_kind kind, size_t n, size_t k, void *packed);
bool nj_onednn_unpack(const void *packed, nj_kind kind, size_t n, size_t k, void *weight);

const char *nj_onednn_version(void);
