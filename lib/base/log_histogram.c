/* SPDX-License-Identifier: Apache-2.0 */
#include "log_histogram.h"

enum { STEPS = 1 << LOG_HISTOGRAM_STEPS_LOG2 };
#define VALUE_MAX ((UINT64_C(1) << LOG_HISTOGRAM_BITS) - 1)

/* Below STEPS a cell is a value; above, the leading bits of one. */
static uint32_t cell_of(uint64_t value)
{
    if (value < STEPS)
        return (uint32_t)value;
    uint32_t shift = 63u - (uint32_t)__builtin_clzll(value) - LOG_HISTOGRAM_STEPS_LOG2;
    return (shift << LOG_HISTOGRAM_STEPS_LOG2) + (uint32_t)(value >> shift);
}

/* The largest value of a cell. */
static uint64_t cell_end(uint32_t cell)
{
    if (cell < 2 * STEPS)
        return cell;
    uint32_t shift = (cell >> LOG_HISTOGRAM_STEPS_LOG2) - 1;
    uint64_t leading = STEPS + (cell & (STEPS - 1));
    return ((leading + 1) << shift) - 1;
}

void log_histogram_add(struct log_histogram *histogram, uint64_t value)
{
    if (value > VALUE_MAX)
        value = VALUE_MAX;
    histogram->cells[cell_of(value)]++;
    histogram->count++;
    if (value > histogram->max)
        histogram->max = value;
}

uint64_t log_histogram_at(const struct log_histogram *histogram, double share)
{
    double wanted = share * (double)histogram->count;
    uint64_t passed = 0;

    for (uint32_t cell = 0; cell < LOG_HISTOGRAM_CELLS && histogram->count > 0; cell++) {
        passed += histogram->cells[cell];
        if (passed > 0 && (double)passed >= wanted)
            return cell_end(cell) < histogram->max ? cell_end(cell) : histogram->max;
    }
    return histogram->max;
}

void log_histogram_since(const struct log_histogram *now, const struct log_histogram *before, struct log_histogram *out)
{
    *out = (struct log_histogram){0};
    for (uint32_t cell = 0; cell < LOG_HISTOGRAM_CELLS; cell++) {
        out->cells[cell] = now->cells[cell] - before->cells[cell];
        out->count += out->cells[cell];
        if (out->cells[cell] > 0)
            out->max = cell_end(cell) < now->max ? cell_end(cell) : now->max;
    }
}
