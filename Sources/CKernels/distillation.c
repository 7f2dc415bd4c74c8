// What a student learns from a teacher's likeliest tokens (Hinton, Vinyals and Dean 2015): the
// teacher's side, a softmax cut to its top, and the student's, the loss and its gradient in place.
//
// The student's row is read twice: once for the two sums of exponentials (with and without the
// temperature), with the chosen logits set aside so that the share of all others is a sum of its own
// and not a difference; once for the gradient.
#ifndef DISTILLATION_TYPES
#define DISTILLATION_TYPES
#include <float.h>
#include <math.h>
#include <string.h>

#include "kernels_internal.h"

struct top_run {
    const float *logits;
    size_t vocabulary, limit, count;
    float inverse_temperature;
    int32_t *ids;
    float *probabilities;
};
struct distillation_run {
    float *logits;
    const int32_t *targets;
    const float *weights;
    const int32_t *ids;
    const float *probabilities;
    float *losses;
    float *divergences;
    size_t vocabulary;
    nj_distillation_step step;
    int wants_gradient;
};
#endif

#define NJ_SELF "distillation.c"
#include "each_variant.h"

#ifdef NJ_PASS

#include "vector.h"

NJ_INLINE float NJ(largest)(const float *x, size_t count) {
    nj_v16 top = NJ(splat)(-INFINITY);
    size_t whole = count / 16 * 16;
    for (size_t j = 0; j < whole; j += 16) top = NJ(max)(NJ(load_f32)(x + j), top);
    float most = NJ(max_lanes)(top);
    for (size_t j = whole; j < count; j++) most = x[j] > most ? x[j] : most;
    return most;
}

// The sum of exp((x - most) * factor).
NJ_INLINE float NJ(sum_of_powers)(const float *x, size_t count, float most, float factor) {
    nj_v16 sums[2] = {{0}, {0}};
    NJ_EACH(j, n, 0, count, {
        nj_v16 e = NJ(exp)((NJ(load_some)(x, j, n, NJ_F32) - most) * factor);
        if (n < 16) {
            float part[16];
            NJ(store_f32)(part, e);
            e = NJ(load_some)(part, 0, n, NJ_F32);
        }
        sums[j / 16 % 2] += e;
    });
    return NJ(sum_lanes)(sums[0] + sums[1]);
}

static void NJ(top_row)(const struct top_run *run, size_t row) {
    const size_t v = run->limit, k = run->count;
    const float *logits = run->logits + row * run->vocabulary;
    int32_t *ids = run->ids + row * k;
    float *probabilities = run->probabilities + row * (k + 1);
    size_t held = 0;
    for (size_t j = 0; j < v; j++) {
        // Blocks without a candidate are passed over whole.
        if (held == k && j % 16 == 0) {
            while (j + 16 <= v
                && !(NJ(max_lanes)(NJ(load_f32)(logits + j)) > probabilities[k - 1]))
                j += 16;
            if (j >= v) break;
        }
        float x = logits[j];
        if (held == k && !(x > probabilities[k - 1])) continue;
        size_t at = held < k ? held++ : k - 1;
        for (; at > 0 && x > probabilities[at - 1]; at--) {
            probabilities[at] = probabilities[at - 1];
            ids[at] = ids[at - 1];
        }
        probabilities[at] = x;
        ids[at] = (int32_t)j;
    }
    const float factor = run->inverse_temperature;
    float most = NJ(largest)(logits, run->vocabulary);
    double total = NJ(sum_of_powers)(logits, run->vocabulary, most, factor);
    double chosen = 0;
    for (size_t i = 0; i < k; i++) {
        double share = exp((double)(probabilities[i] - most) * factor) / total;
        probabilities[i] = (float)share;
        chosen += share;
    }
    probabilities[k] = k == run->vocabulary || chosen > 1 ? 0 : (float)(1 - chosen);
}

static void NJ(top)(void *context, size_t from, size_t to, int thread) {
    (void)thread;
    for (size_t row = from; row < to; row++) NJ(top_row)(context, row);
}

static void NJ(distillation_row)(const struct distillation_run *run, size_t row) {
    const size_t v = run->vocabulary, k = run->step.chosen;
    const double temperature = run->step.temperature;
    const float inverse = (float)(1 / temperature);
    float *logits = run->logits + row * v;
    float weight = run->weights[row];
    run->losses[row] = run->divergences[row] = 0;
    if (weight == 0) {
        if (run->wants_gradient) memset(logits, 0, v * sizeof *logits);
        return;
    }
    const int32_t *ids = run->ids + row * k;
    const float *wanted = run->probabilities + row * (k + 1);
    float most = NJ(largest)(logits, v);
    float target = logits[run->targets[row]];

    float kept[NJ_MOST_CHOSEN];
    for (size_t i = 0; i < k; i++) {
        kept[i] = logits[ids[i]];
        // Far enough below for its exponential to vanish at any temperature.
        logits[ids[i]] = -INFINITY;
    }
    double plain = NJ(sum_of_powers)(logits, v, most, 1);
    double others = inverse == 1 ? plain : NJ(sum_of_powers)(logits, v, most, inverse);
    double tempered = others;
    for (size_t i = 0; i < k; i++) {
        plain += exp((double)(kept[i] - most));
        tempered += exp((double)(kept[i] - most) * inverse);
    }
    double nll = log(plain) + ((double)most - target);
    double divergence = 0;
    for (size_t i = 0; i < k; i++) {
        double q = wanted[i];
        if (q > 0) {
            divergence += q * (log(q) - ((double)(kept[i] - most) * inverse - log(tempered)));
        }
    }
    double rest = k < v ? wanted[k] : 0;
    double floor = others > DBL_MIN ? others : DBL_MIN;
    if (rest > 0) divergence += rest * (log(rest) - log(floor / tempered));
    run->losses[row] = (float)nll;
    run->divergences[row] = (float)divergence;
    if (!run->wants_gradient) return;

    // d loss / d logit = a (p - onehot) + b (p' - q), where the others share q's rest among them.
    double share = weight / run->step.normalizer;
    double a = share * run->step.alpha;
    double b = share * (1 - run->step.alpha) * temperature;
    float of_plain = (float)(a / plain);
    float of_tempered = (float)(b * (1 / tempered - rest / floor));
    NJ_EACH(j, n, 0, v, {
        nj_v16 x = NJ(load_some)(logits, j, n, NJ_F32) - most;
        NJ(store_some)(
            logits, j, n, of_plain * NJ(exp)(x) + of_tempered * NJ(exp)(x * inverse), NJ_F32);
    });
    for (size_t i = 0; i < k; i++) {
        double x = (double)(kept[i] - most);
        logits[ids[i]] =
            (float)(a * exp(x) / plain + b * (exp(x * inverse) / tempered - wanted[i]));
    }
    // From the loss where p - 1 would cancel: p - 1 = expm1(-nll).
    float *at_target = logits + run->targets[row];
    *at_target = (float)((double)*at_target - a * exp((double)target - most) / plain
                         + a * expm1(-nll));
}

static void NJ(distillation)(void *context, size_t from, size_t to, int thread) {
    (void)thread;
    for (size_t row = from; row < to; row++) NJ(distillation_row)(context, row);
}

#else

void nj_top_probabilities(
    const float *logits, size_t rows, size_t vocabulary, size_t limit, size_t count,
    float temperature, int32_t *ids, float *probabilities
) {
    struct top_run run = {logits, vocabulary, limit, count, 1 / temperature, ids, probabilities};
    nj_for_ranges(rows, 1, (1 << 13) / (vocabulary + 1) + 1, NJ_PICK(top), &run);
}

void nj_distillation(
    float *logits, const int32_t *targets, const float *weights, const int32_t *ids,
    const float *probabilities, float *losses, float *divergences, size_t rows, size_t vocabulary,
    const nj_distillation_step *step, int wants_gradient
) {
    struct distillation_run run = {
        logits, targets, weights, ids, probabilities, losses, divergences, vocabulary, *step,
        wants_gradient};
    nj_for_ranges(rows, 1, (1 << 13) / (vocabulary + 1) + 1, NJ_PICK(distillation), &run);
}

#endif
