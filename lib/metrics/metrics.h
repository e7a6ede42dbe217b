/* SPDX-License-Identifier: Apache-2.0
 *
 * metrics - numbers as Prometheus reads them: text exposition format 0.0.4.
 *
 *   # HELP leadwire_leads_waiting Leads that wait for a rep.
 *   # TYPE leadwire_leads_waiting gauge
 *   leadwire_leads_waiting{queue="sales"} 3
 *
 * A family is a constant: name, kind, help, and the name of its label, if it has one. Names are in base units and end in them
 * (_seconds, _bytes, _ratio); a counter's ends in _total. The values of a label come from a closed set, or from the
 * configuration: then metric_rest bounds how many are shown, and what is beyond is told as "other". Never a name, number or
 * address of a person.
 *
 * A writer writes a family whole: metrics_begin, then its samples, each label value once. Numbers are kept by whoever counts; a
 * histogram has fixed bounds. Output that meets the buffer's maximum fails the buffer: give nobody half of it.
 * Threads: one owner.
 */
#ifndef METRICS_H
#define METRICS_H

#include <stdbool.h>
#include <stdint.h>

#include "byte_buffer.h"

enum { METRIC_BOUNDS_MAX = 15, METRIC_LABEL_VALUES_MAX = 200 };

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

struct metric {
    const char *name;
    enum metric_kind kind;
    const char *help;         /* one line */
    const char *label;        /* NULL: it has one value */
};

/* Durations, by upper bounds that ascend; above the last is one bucket more. */
struct metric_histogram {
    const uint64_t *bounds_us;
    uint32_t bound_count;     /* METRIC_BOUNDS_MAX at most */
    uint64_t counts[METRIC_BOUNDS_MAX + 1];
    uint64_t sum_us;
};

/* bounds are borrowed for ever. */
void metric_histogram_init(struct metric_histogram *histogram, const uint64_t *bounds_us, uint32_t bound_count);
void metric_histogram_add(struct metric_histogram *histogram, uint64_t us);

void metrics_begin(struct byte_buffer *out, const struct metric *metric);
/* label_value: NULL exactly when the family has no label. */
void metrics_put(struct byte_buffer *out, const struct metric *metric, const char *label_value, double value);
void metrics_put_histogram(struct byte_buffer *out, const struct metric *metric, const char *label_value,
                           const struct metric_histogram *histogram);
/* A family of one value, whole. */
void metrics_put_only(struct byte_buffer *out, const struct metric *metric, double value);

/* Of a label whose values are configured: all but one of METRIC_LABEL_VALUES_MAX are shown, the rest is one sample "other". */
struct metric_rest {
    uint32_t shown;
    bool has_other, takes_largest;   /* other: the largest of the rest, else their sum */
    double other;
};
void metrics_put_bounded(struct byte_buffer *out, const struct metric *metric, struct metric_rest *rest, const char *label_value, double value);
/* After the last. */
void metrics_put_rest(struct byte_buffer *out, const struct metric *metric, const struct metric_rest *rest);

#endif
