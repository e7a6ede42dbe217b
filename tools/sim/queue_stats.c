/* SPDX-License-Identifier: Apache-2.0 */
#include "queue_stats.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>

struct fraction { double above, below; };

void queue_tally_add(struct queue_tally *to, const struct queue_tally *tally)
{
    to->arrivals += tally->arrivals;
    to->blocked += tally->blocked;
    to->admitted += tally->admitted;
    to->waited += tally->waited;
    to->abandoned += tally->abandoned;
    to->answered += tally->answered;
    to->within += tally->within;
    to->wait_s += tally->wait_s;
    to->busy_s += tally->busy_s;
    to->span_s += tally->span_s;
}

struct queue_estimate queue_stats_ratio(const double *a, const double *b, uint32_t count)
{
    double sum_a = 0, sum_b = 0, scatter = 0;
    for (uint32_t i = 0; i < count; i++) {
        sum_a += a[i];
        sum_b += b[i];
    }
    if (!(sum_b > 0))
        return (struct queue_estimate){0, 0};
    double ratio = sum_a / sum_b;
    for (uint32_t i = 0; i < count; i++)
        scatter += (a[i] - ratio * b[i]) * (a[i] - ratio * b[i]);
    double error = count > 1 ? sqrt(scatter * count / (count - 1.0)) / sum_b : 0;
    return (struct queue_estimate){ratio, error};
}

static struct fraction fraction_of(enum queue_figure figure, const struct queue_tally *tally, uint32_t reps)
{
    double admitted = (double)tally->admitted;
    switch (figure) {
    case QUEUE_BLOCKED: return (struct fraction){(double)tally->blocked, (double)tally->arrivals};
    case QUEUE_WAITED: return (struct fraction){(double)tally->waited, admitted};
    case QUEUE_ABANDONED: return (struct fraction){(double)tally->abandoned, admitted};
    case QUEUE_WAIT_S: return (struct fraction){tally->wait_s, admitted};
    case QUEUE_WITHIN: return (struct fraction){(double)tally->within, admitted};
    case QUEUE_OCCUPANCY: return (struct fraction){tally->busy_s, tally->span_s * reps};
    case QUEUE_FIGURES: break;
    }
    assert(false && "a figure");
    return (struct fraction){0, 0};
}

struct queue_estimate queue_stats_figure(enum queue_figure figure, const struct queue_tally *tallies, uint32_t count, uint32_t reps)
{
    double above[QUEUE_REPLICATIONS_MAX], below[QUEUE_REPLICATIONS_MAX];
    assert(count >= 1 && count <= QUEUE_REPLICATIONS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        struct fraction fraction = fraction_of(figure, &tallies[i], reps);
        above[i] = fraction.above;
        below[i] = fraction.below;
    }
    return queue_stats_ratio(above, below, count);
}
