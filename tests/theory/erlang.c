/* SPDX-License-Identifier: Apache-2.0 */
#include "erlang.h"

#include <assert.h>
#include <math.h>

enum { STATES_MAX = 4096 };

double erlang_b(double a, uint32_t c)
{
    double blocked = 1;
    for (uint32_t n = 1; n <= c; n++)
        blocked = a * blocked / (n + a * blocked);
    return blocked;
}

struct queue_theory erlang_c(double a, uint32_t c, double t)
{
    double b = erlang_b(a, c), occupancy = a / c;
    double waited = b / (1 - occupancy * (1 - b));
    return (struct queue_theory){.waited = waited, .wait = waited / (c - a), .within = 1 - waited * exp(-(c - a) * t),
                                 .occupancy = occupancy};
}

/* Who finds `ahead` waiting is answered after a sum V of exponential times with rates c + j theta, j = 0 .. ahead,
 * unless patience ends first: E[exp(-theta V); V <= t]. With u = 1 - exp(-theta v) and r = c / theta that is
 * C(ahead) times the integral of u^ahead (1 - u)^r from 0 to u(t), and by parts a recurrence in `ahead`. */
struct patient { double r, u, scale, answered; uint32_t ahead; };   /* scale: C(ahead) u^ahead (1 - u)^(r + 1) */

static struct patient patient_first(double r, double u)
{
    double left = pow(1 - u, r + 1);
    return (struct patient){.r = r, .u = u, .scale = r * left, .answered = r * (1 - left) / (r + 1)};
}

static void patient_next(struct patient *patient)
{
    double k = ++patient->ahead;
    patient->scale *= (patient->r + k) / k * patient->u;
    patient->answered = ((patient->r + k) * patient->answered - patient->scale) / (patient->r + 1 + k);
}

/* States weigh relative to each other; far behind the mode they no longer count. */
struct queue_theory erlang_a(double a, uint32_t c, double theta, double t)
{
    struct patient patient = patient_first(c / theta, 1 - exp(-theta * t));
    double weight = 1, all = 0, waiting = 0, all_busy = 0, within = 0;
    for (uint32_t n = 0; n < STATES_MAX; n++) {
        all += weight;
        within += weight * (n < c ? 1 : patient.answered);
        if (n >= c) {
            all_busy += weight;
            waiting += weight * (n - c);
            patient_next(&patient);
        }
        weight *= a / (n < c ? n + 1 : c + (n + 1 - c) * theta);
    }
    double abandoned = theta * (waiting / all) / a;
    return (struct queue_theory){.waited = all_busy / all, .abandoned = abandoned, .wait = waiting / all / a, .within = within / all,
                                 .occupancy = a * (1 - abandoned) / c};
}

/* P(at least `ends` of c busy servers end within t) = P(Poisson(c t) >= ends). */
static double ended_within(uint32_t ends, uint32_t c, double t)
{
    double term = exp(-(c * t)), fewer = 0;
    for (uint32_t j = 0; j < ends; j++) {
        fewer += term;
        term *= c * t / (j + 1);
    }
    return 1 - fewer;
}

struct queue_theory erlang_limited(double a, uint32_t c, uint32_t k, double t)
{
    return erlang_pools(1, a, c, k, t);
}

/* How the number in `pools` desks weighs, up to k; one: that of a single desk. */
static void weigh_pools(uint32_t pools, const double *one, uint32_t k, double *out)
{
    static double before[STATES_MAX];
    for (uint32_t n = 0; n <= k; n++)
        out[n] = n == 0;
    for (; pools > 0; pools--) {
        for (uint32_t n = 0; n <= k; n++)
            before[n] = out[n];
        for (uint32_t n = 0; n <= k; n++) {
            out[n] = 0;
            for (uint32_t m = 0; m <= n; m++)
                out[n] += before[m] * one[n - m];
        }
    }
}

struct queue_theory erlang_pools(uint32_t pools, double a, uint32_t c, uint32_t k, double t)
{
    static double one[STATES_MAX], others[STATES_MAX];
    struct queue_theory theory = {0};
    double full = 0, admitted = 0;
    assert(k < STATES_MAX);

    one[0] = 1;
    for (uint32_t n = 1; n <= k; n++)
        one[n] = one[n - 1] * a / (n < c ? n : c);
    weigh_pools(pools - 1, one, k, others);
    for (uint32_t n = 0; n <= k; n++) {            /* in the desk that an arrival belongs to */
        full += one[n] * others[k - n];
        double weight = 0;                         /* of those that find n there, and room */
        for (uint32_t m = 0; n + m < k; m++)
            weight += one[n] * others[m];
        admitted += weight;
        theory.within += weight * (n < c ? 1 : ended_within(n - c + 1, c, t));
        if (n < c)
            continue;
        theory.waited += weight;
        theory.wait += weight * (n - c + 1) / c;
    }
    theory.blocked = full / (full + admitted);
    theory.waited /= admitted;
    theory.wait /= admitted;
    theory.within /= admitted;
    theory.occupancy = a * (1 - theory.blocked) / c;
    return theory;
}
