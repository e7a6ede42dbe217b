/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static void put_escaped(struct byte_buffer *out, const char *text, bool is_label);
static void put_sample(struct byte_buffer *out, const struct metric *metric, const char *suffix, const char *label_value,
                       const char *bound, double value);

void metric_histogram_init(struct metric_histogram *histogram, const uint64_t *bounds_us, uint32_t bound_count)
{
    assert(bound_count <= METRIC_BOUNDS_MAX);
    *histogram = (struct metric_histogram){.bounds_us = bounds_us, .bound_count = bound_count};
}

void metric_histogram_add(struct metric_histogram *histogram, uint64_t us)
{
    uint32_t bucket = 0;

    while (bucket < histogram->bound_count && us > histogram->bounds_us[bucket])
        bucket++;
    histogram->counts[bucket]++;
    histogram->sum_us += us;
}

void metrics_begin(struct byte_buffer *out, const struct metric *metric)
{
    static const char *const kinds[] = {[METRIC_COUNTER] = "counter", [METRIC_GAUGE] = "gauge", [METRIC_HISTOGRAM] = "histogram"};

    byte_buffer_printf(out, "# HELP %s ", metric->name);
    put_escaped(out, metric->help, false);
    byte_buffer_printf(out, "\n# TYPE %s %s\n", metric->name, kinds[metric->kind]);
}

void metrics_put(struct byte_buffer *out, const struct metric *metric, const char *label_value, double value)
{
    assert(metric->kind != METRIC_HISTOGRAM);
    put_sample(out, metric, "", label_value, NULL, value);
}

void metrics_put_histogram(struct byte_buffer *out, const struct metric *metric, const char *label_value,
                           const struct metric_histogram *histogram)
{
    uint64_t count = 0;
    char bound[32];

    assert(metric->kind == METRIC_HISTOGRAM);
    for (uint32_t i = 0; i < histogram->bound_count; i++) {
        count += histogram->counts[i];
        snprintf(bound, sizeof bound, "%.15g", (double)histogram->bounds_us[i] / 1e6);
        put_sample(out, metric, "_bucket", label_value, bound, (double)count);
    }
    count += histogram->counts[histogram->bound_count];
    put_sample(out, metric, "_bucket", label_value, "+Inf", (double)count);
    put_sample(out, metric, "_sum", label_value, NULL, (double)histogram->sum_us / 1e6);
    put_sample(out, metric, "_count", label_value, NULL, (double)count);
}

void metrics_put_only(struct byte_buffer *out, const struct metric *metric, double value)
{
    metrics_begin(out, metric);
    metrics_put(out, metric, NULL, value);
}

void metrics_put_bounded(struct byte_buffer *out, const struct metric *metric, struct metric_rest *rest, const char *label_value, double value)
{
    bool is_other = strcmp(label_value, "other") == 0;      /* somebody may have named a queue so: it is one sample all the same */

    if (!is_other && rest->shown < METRIC_LABEL_VALUES_MAX - 1) {
        rest->shown++;
        metrics_put(out, metric, label_value, value);
        return;
    }
    rest->has_other = true;
    if (!rest->takes_largest)
        rest->other += value;
    else if (value > rest->other)
        rest->other = value;
}

void metrics_put_rest(struct byte_buffer *out, const struct metric *metric, const struct metric_rest *rest)
{
    if (rest->has_other)
        metrics_put(out, metric, "other", rest->other);
}

/* Of texts: a backslash and a line's end; of label values a quote too. */
static void put_escaped(struct byte_buffer *out, const char *text, bool is_label)
{
    for (const char *at = text; *at; at++) {
        if (*at == '\n')
            byte_buffer_put(out, "\\n", 2);
        else if (*at == '\\' || (is_label && *at == '"'))
            byte_buffer_put(out, (char[]){'\\', *at}, 2);
        else
            byte_buffer_put_u8(out, (uint8_t)*at);
    }
}

static void put_sample(struct byte_buffer *out, const struct metric *metric, const char *suffix, const char *label_value,
                       const char *bound, double value)
{
    assert((metric->label != NULL) == (label_value != NULL));
    byte_buffer_printf(out, "%s%s", metric->name, suffix);
    if (label_value) {
        byte_buffer_printf(out, "{%s=\"", metric->label);
        put_escaped(out, label_value, true);
        byte_buffer_put_u8(out, '"');
    }
    if (bound)
        byte_buffer_printf(out, "%sle=\"%s\"", label_value ? "," : "{", bound);
    byte_buffer_printf(out, "%s %.15g\n", label_value || bound ? "}" : "", value);
}
