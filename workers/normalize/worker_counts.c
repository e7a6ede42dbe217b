/* SPDX-License-Identifier: Apache-2.0 */
#include "worker_counts.h"

#include <assert.h>
#include <string.h>

#include "byte_buffer.h"
#include "lw_log.h"

enum { LINE_MAX_BYTES = 1024 };

static const char *const count_names[WORKER_COUNT_COUNT] = {
#define X(name, text) text,
    WORKER_COUNT_TABLE(X)
#undef X
};

const char *worker_count_name(enum worker_count what)
{
    assert(what < WORKER_COUNT_COUNT);
    return count_names[what];
}

void worker_counts_add(struct worker_counts *counts, enum worker_count what)
{
    assert(what < WORKER_COUNT_COUNT);
    counts->since_start[what]++;
}

size_t worker_counts_json(const struct worker_counts *counts, char *text, size_t capacity)
{
    assert(capacity > 0);
    struct byte_buffer line;
    byte_buffer_init(&line, capacity - 1);
    for (int i = 0; i < WORKER_COUNT_COUNT; i++)
        byte_buffer_printf(&line, "%s\"%s\": %llu", i ? ", " : "", count_names[i], (unsigned long long)counts->since_start[i]);
    size_t size = line.size;
    if (size > 0)
        memcpy(text, line.data, size);
    text[size] = '\0';
    byte_buffer_fini(&line);
    return size;
}

void worker_counts_log(struct worker_counts *counts)
{
    struct byte_buffer line;
    byte_buffer_init(&line, LINE_MAX_BYTES);
    for (int i = 0; i < WORKER_COUNT_COUNT; i++) {
        uint64_t news = counts->since_start[i] - counts->at_last_log[i];
        if (news > 0)
            byte_buffer_printf(&line, " %s=%llu", count_names[i], (unsigned long long)news);
        counts->at_last_log[i] = counts->since_start[i];
    }
    if (line.size > 0)
        log_info("requests:%.*s", (int)line.size, (const char *)line.data);
    byte_buffer_fini(&line);
}
