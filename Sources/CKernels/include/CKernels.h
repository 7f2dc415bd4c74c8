// The CPU's kernels: plain C, one file per family, one variant per instruction set.
//
// Every function here runs on the compute thread's team (`nj_set_threads`) and must be called
// from the compute thread. Results depend on the arguments alone: not on the number of threads,
// nor on how many rows stand beside a row. Matrices are row-major; counts are in elements.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// NJ_I8 is for packed weights alone: see nj_quantize.
typedef enum { NJ_F32 = 0, NJ_BF16 = 1, NJ_I32 = 2, NJ_F64 = 3, NJ_I8 = 4 } nj_kind;

// MARK: Machine (isa.c, threads.c, scratch.c, memory.c)

/// The last is the one before it with products of bf16 (avx512_bf16).
enum { NJ_ISA_BASE = 0, NJ_ISA_X86_64_V3 = 3, NJ_ISA_X86_64_V4 = 4, NJ_ISA_X86_64_V4_BF16 = 5 };
int nj_isa(void);
const char *_Nonnull nj_isa_name(void);
/// Uses a lesser instruction set than the best, for tests; -1 for the best again. One that this
/// processor lacks changes nothing.
void nj_force_isa(int isa);

/// Sets the size of the team that the calling thread owns.
void nj_set_threads(int count);
int nj_threads(void);

/// Runs `body(context, thread, threads)` on up to `threads` members of the team.
typedef void (*nj_parallel_body)(void *_Nullable context, int thread, int threads);
void nj_parallel(nj_parallel_body _Nonnull body, void *_Nullable context, int threads);

/// Marks the calling thread as the one that owns the team.
void nj_become_compute_thread(int threads);
int nj_is_compute_thread(void);
/// Processors that this process may run on.
int nj_available_processors(void);

/// Aligned to 64 bytes, to 2 MiB and asking for huge pages from there on; NULL where there is none.
void *_Nullable nj_allocate(size_t bytes);
void nj_release(void *_Nonnull address, size_t bytes);

/// What to do when the system has no memory left; a handler must not return.
typedef void (*nj_memory_handler)(size_t bytes);
void nj_set_memory_handler(nj_memory_handler _Nullable handler);
/// Ends the process: by the handler, else with a sentence on standard error and abort.
_Noreturn void nj_out_of_memory(size_t bytes);

/// Gives scratch memory back to the system.
void nj_trim_scratch(void);

// MARK: Products (gemm.c)

typedef enum {
    NJ_PLAIN,       // a: [m, k], b: [k, n]
    NJ_TRANSPOSED,  // a: [k, m], b: [n, k]
    NJ_PACKED,      // b: what nj_gemm_pack or nj_quantize made of [n, k]
} nj_arrangement;

/// c [m, n] = op(a) · op(b) (+ c), all dense and row-major; kinds f32 or bf16 in any mix.
typedef struct {
    size_t m, n, k;
    const void *_Nullable a;
    const void *_Nullable b;
    void *_Nullable c;
    nj_kind a_kind, b_kind, c_kind;
    nj_arrangement a_arrangement, b_arrangement;
    int accumulate;
} nj_gemm_call;
void nj_gemm(const nj_gemm_call *_Nonnull call);

/// Bytes that a packed [n, k] matrix of f32 or bf16 occupies.
size_t nj_gemm_packed_bytes(nj_kind kind, size_t n, size_t k);
/// Arranges weight [n, k] for `NJ_PACKED`, in its own kind.
void nj_gemm_pack(
    const void *_Nullable weight, nj_kind kind, size_t n, size_t k, void *_Nullable packed);

// MARK: Weights of 8 bits (quantize.c)

/// Bytes that nj_quantize writes for [n, k].
size_t nj_quantized_bytes(size_t n, size_t k);
/// Rounds weight [n, k] to integers of at most 127 with one scale a row, arranged for `NJ_PACKED`
/// with b_kind NJ_I8. A row that holds what is not a finite number gets the scale NaN.
void nj_quantize(
    const void *_Nullable weight, nj_kind kind, size_t n, size_t k, void *_Nullable packed);

/// Writes what nj_quantize made of [n, k] back as rows, in f32 or bf16.
void nj_dequantize(
    const void *_Nullable packed, size_t n, size_t k, void *_Nullable out, nj_kind kind);

// MARK: Choice of products (products.c)

/// Computes a product with oneDNN where that has the machine's best kernel for it, with nj_gemm
/// elsewhere. A packed b comes from nj_pack under the same choice.
void nj_multiply(const nj_gemm_call *_Nonnull call);
size_t nj_packed_bytes(nj_kind kind, size_t n, size_t k);
void nj_pack(
    const void *_Nullable weight, nj_kind kind, size_t n, size_t k, void *_Nullable packed);

typedef enum { NJ_PRODUCTS_BEST, NJ_PRODUCTS_OWN, NJ_PRODUCTS_ONEDNN } nj_products;
/// Forces one implementation, like NIGHTJAR_PRODUCTS; weights packed before are void.
void nj_force_products(nj_products products);
int nj_products_by_onednn(nj_kind kind);
int nj_has_native_bf16(void);
const char *_Nonnull nj_products_library_version(void);

// MARK: Whole tensors (convert.c, elementwise.c, reduce.c), and what a machine
// can (read_speed.c, register_speed.c)

void nj_fill(void *_Nullable to, nj_kind kind, size_t count, float value);
void nj_copy(const void *_Nullable from, void *_Nullable to, size_t bytes);
void nj_convert(
    const void *_Nullable from, nj_kind from_kind, void *_Nullable to, nj_kind to_kind,
    size_t count);
/// out = a + scale * b, in the kind of a; out may be a.
void nj_add(
    const void *_Nullable a, nj_kind a_kind, const void *_Nullable b, nj_kind b_kind, float scale,
    void *_Nullable out, size_t count);
void nj_scale(void *_Nullable x, nj_kind kind, float factor, size_t count);
double nj_sum_of_squares(const void *_Nullable x, nj_kind kind, size_t count);

/// Reads every byte of a multiple of 64, for timing; gives what they come to by exclusive or.
int32_t nj_read(const void *_Nullable bytes, size_t count);

/// Multiplies and adds numbers of `kind` in registers alone, for timing; gives the floating-point
/// operations of all threads.
double nj_multiply_in_registers(nj_kind kind, size_t steps);

// MARK: Parts of a layer (glu.c, rms_norm.c, bias.c, rotary.c, embedding.c)

typedef enum { NJ_SILU, NJ_GELU_TANH } nj_activation;
/// gate_up [rows, 2 width] -> out [rows, width]
void nj_glu(
    const void *_Nullable gate_up, void *_Nullable out, nj_kind kind, size_t rows, size_t width,
    nj_activation activation);
/// upstream [rows, width] -> out [rows, 2 width], which may be gate_up
void nj_glu_backward(
    const void *_Nullable upstream, const void *_Nullable gate_up, void *_Nullable out,
    nj_kind kind, size_t rows, size_t width, nj_activation activation);

/// Of every row of x [rows, stride], `groups` pieces of `width` columns from `first` on are
/// normalised into out, laid out alike; weight [width], inverse_rms [rows groups]. Backward, out
/// is the gradient of x, and weight_gradient [width] is added to.
typedef struct {
    const void *_Nullable x;
    const void *_Nullable upstream;
    void *_Nullable out;
    const float *_Nullable weight;
    float *_Nullable inverse_rms;
    float *_Nullable weight_gradient;
    nj_kind kind;
    size_t rows, stride, first, groups, width;
    float epsilon, offset;
} nj_rms_norm_call;
void nj_rms_norm(const nj_rms_norm_call *_Nonnull call);
void nj_rms_norm_backward(const nj_rms_norm_call *_Nonnull call);

/// x [rows, width] += bias [width], in place.
void nj_add_bias(
    void *_Nullable x, nj_kind kind, const float *_Nullable bias, size_t rows, size_t width);
/// Adds the sum of upstream's rows to bias_gradient [width].
void nj_bias_backward(
    const void *_Nullable upstream, nj_kind kind, float *_Nullable bias_gradient, size_t rows,
    size_t width);

/// out [rows, count] = x [rows, width] from column `first` on.
void nj_take_columns(
    const void *_Nullable x, nj_kind kind, size_t width, size_t first, void *_Nullable out,
    size_t rows, size_t count);
/// Adds x [rows, count] to out [rows, width] from column `first` on.
void nj_add_to_columns(
    const void *_Nullable x, nj_kind kind, void *_Nullable out, size_t width, size_t first,
    size_t rows, size_t count);
/// x [rows, width] *= factors [count] from column `first` on.
void nj_scale_columns(
    void *_Nullable x, nj_kind kind, size_t width, size_t first, const float *_Nullable factors,
    size_t rows, size_t count);
/// sums [width] += the sum over rows of a times b.
void nj_add_column_products(
    const void *_Nullable a, const void *_Nullable b, nj_kind kind, float *_Nullable sums,
    size_t rows, size_t width);
/// norms [rows] = 1 / the root of each row's sum of squares; 0 where that is 0.
void nj_inverse_row_norms(
    const void *_Nullable x, nj_kind kind, float *_Nullable norms, size_t rows, size_t width);
/// out = scale * x where the upper 24 bits of draw first + i of the stream are `least` or more, else
/// 0.
void nj_dropout(
    const void *_Nullable x, void *_Nullable out, nj_kind kind, size_t count, uint64_t key,
    uint64_t first, uint32_t least, float scale);

/// x, out [rows, heads, head_size]; positions [rows]; cosines, sines [table, head_size / 2]
typedef struct {
    const void *_Nullable x;
    void *_Nullable out;
    nj_kind kind;
    const int32_t *_Nullable positions;
    const float *_Nullable cosines;
    const float *_Nullable sines;
    size_t rows, heads, rotated_heads, head_size;
    int inverse;
} nj_rotary_call;
void nj_rotary(const nj_rotary_call *_Nonnull call);

/// out [rows, width] = table[ids]
void nj_gather(
    const void *_Nullable table, nj_kind kind, const int32_t *_Nullable ids, void *_Nullable out,
    size_t rows, size_t width);
/// table_gradient[ids[i]] += upstream[i], in order of i
void nj_scatter_add(
    const void *_Nullable upstream, nj_kind kind, const int32_t *_Nullable ids,
    float *_Nullable table_gradient, size_t rows, size_t width);

// MARK: Loss and optimizer steps (soft_cap.c, cross_entropy.c, distillation.c, optimizer.c)

/// x becomes cap tanh(x / cap); the slopes of that go to `slopes`, where asked for.
void nj_soft_cap(
    float *_Nullable x, float *_Nullable slopes, float cap, size_t count);
/// x *= y.
void nj_multiply_into(float *_Nullable x, const float *_Nullable y, size_t count);

/// losses [rows] = -log softmax(logits [rows, vocabulary])[targets], 0 where the weight is 0.
/// The logits are overwritten: with d (sum of weights * losses / normalizer), where asked for.
void nj_cross_entropy(
    float *_Nullable logits, const int32_t *_Nullable targets, const float *_Nullable weights,
    double normalizer, float *_Nullable losses, size_t rows, size_t vocabulary,
    int wants_gradient);

/// The `count` largest of the first `limit` of each row of logits [rows, vocabulary], the smaller id
/// first among equals, and their softmax at a temperature over the whole row: ids [rows, count],
/// probabilities [rows, count + 1], in the last column those of all other ids together.
void nj_top_probabilities(
    const float *_Nullable logits, size_t rows, size_t vocabulary, size_t limit, size_t count,
    float temperature, int32_t *_Nullable ids, float *_Nullable probabilities);

enum { NJ_MOST_CHOSEN = 1024 };

typedef struct {
    size_t chosen;  // ids a row, at most NJ_MOST_CHOSEN
    double alpha, temperature, normalizer;
} nj_distillation_step;

/// losses as nj_cross_entropy; divergences [rows] = sum of q log(q / p) over the chosen ids and the
/// rest, q as nj_top_probabilities gives it and p the softmax of the logits at the temperature.
/// The logits are overwritten: with d (sum of weights * (alpha * losses + (1 - alpha) *
/// temperature^2 * divergences) / normalizer), where asked for.
void nj_distillation(
    float *_Nullable logits, const int32_t *_Nullable targets, const float *_Nullable weights,
    const int32_t *_Nullable ids, const float *_Nullable probabilities, float *_Nullable losses,
    float *_Nullable divergences, size_t rows, size_t vocabulary,
    const nj_distillation_step *_Nonnull step, int wants_gradient);

typedef struct {
    float learning_rate, beta1, rest1, beta2, rest2;  // rest: 1 - beta
    float epsilon, weight_decay, correction1, correction2;
    float gradient_scale;
} nj_adamw_step;
void nj_adamw(
    float *_Nullable parameter, const float *_Nullable gradient, float *_Nullable first,
    float *_Nullable second, size_t count, const nj_adamw_step *_Nonnull step);

typedef struct {
    float learning_rate, momentum, weight_decay, gradient_scale;
    int nesterov, is_first;
} nj_sgd_step;
void nj_sgd(
    float *_Nullable parameter, const float *_Nullable gradient, float *_Nullable momentum,
    size_t count, const nj_sgd_step *_Nonnull step);

// MARK: Attention (attention.c, attention_backward.c, attention_cached.c)

/// qkv [batch time, (heads + 2 key_value_heads) head_size], out [batch time, heads head_size],
/// log_sum_exp [batch time, heads], starts [batch time]; gradient like qkv, upstream like out. Where a
/// rotation is given, of qkv in place, heads turn before they meet; backward, of the gradient in place and
/// inverse, that of qkv as it was before.
typedef struct {
    const void *_Nullable qkv;
    void *_Nullable out;
    float *_Nullable log_sum_exp;
    const int32_t *_Nullable starts;
    const void *_Nullable upstream;
    void *_Nullable gradient;
    nj_kind kind;
    size_t batch, time, heads, key_value_heads, head_size;
    float scale;
    float soft_cap;  // scores become cap tanh(score / cap); 0 where they do not
    const nj_rotary_call *_Nullable rotation;
} nj_attention_call;
void nj_attention(const nj_attention_call *_Nonnull call);
void nj_attention_backward(const nj_attention_call *_Nonnull call);

/// qkv and out as above, by tokens; keys, values [slots, capacity, key_value_heads head_size], or,
/// where `by_head`, as attention reads them: keys [slots, key_value_heads, capacity / 64,
/// head_size, 64] and values [slots, key_value_heads, capacity, head_size rounded up to 16], the
/// capacity a multiple of 64; in bf16, where the machine multiplies it, with neighbouring columns of keys
/// and rows of values paired (attention_pairs.h).
typedef struct {
    const void *_Nullable qkv;
    void *_Nullable out;
    void *_Nullable keys;
    void *_Nullable values;
    const int32_t *_Nullable slots;
    const int32_t *_Nullable positions;
    nj_kind kind, cache_kind;
    int by_head;
    size_t tokens, capacity, heads, key_value_heads, head_size;
    size_t window;  // how many positions a token sees, itself included; 0 for all
    float scale;
    float soft_cap;
} nj_cached_attention_call;
void nj_cached_attention(const nj_cached_attention_call *_Nonnull call);
/// Says that such a call follows, but for products that come first and fetch its keys and values meanwhile.
/// A hint, which qkv and out need not be there for; it changes no number.
void nj_cached_attention_follows(const nj_cached_attention_call *_Nonnull call);
