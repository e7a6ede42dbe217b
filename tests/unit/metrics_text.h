/* SPDX-License-Identifier: Apache-2.0
 *
 * metrics_text - reads what metrics.h writes, slowly and obviously, by the words of Prometheus' format 0.0.4. Fails the test at the
 * first byte that is not as they say.
 */
#ifndef METRICS_TEXT_H
#define METRICS_TEXT_H

#include <stddef.h>

enum { METRICS_TEXT_SAMPLES_MAX = 4096, METRICS_TEXT_WORD_MAX = 256 };

struct metrics_text_sample {
    char name[METRICS_TEXT_WORD_MAX];    /* with _bucket, _sum, _count */
    char label[METRICS_TEXT_WORD_MAX], value_of_label[METRICS_TEXT_WORD_MAX];   /* "": none; unescaped */
    char bound[METRICS_TEXT_WORD_MAX];   /* of a bucket */
    double value;
};

struct metrics_text {
    struct metrics_text_sample samples[METRICS_TEXT_SAMPLES_MAX];
    size_t count;
};

/* text: NUL-terminated. */
void metrics_text_read(const char *text, struct metrics_text *out);
/* The sample; fails the test if there is none. label_value "": of no label. */
double metrics_text_find(const struct metrics_text *text, const char *name, const char *label_value, const char *bound);

#endif
