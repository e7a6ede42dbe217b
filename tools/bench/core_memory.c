/* SPDX-License-Identifier: Apache-2.0 */
#include "core_memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core_work.h"

static uint64_t resident_bytes(void)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%*u %lu", &pages) != 1)
        abort();
    fclose(file);
    return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

struct grown { double resident, counted; };

static struct grown measure(uint32_t waiting, int has_small_window)
{
    const struct core_work_size size = {.reps = 10, .classes = 10, .capacity = 3, .waiting = waiting, .has_small_window = has_small_window};
    struct core_work *work = core_work_new(&size, 1);
    uint64_t before = resident_bytes(), counted_before = core_work_read(work).memory_bytes;
    core_work_run(work, 0);
    return (struct grown){(double)(resident_bytes() - before) / waiting, (double)(core_work_read(work).memory_bytes - counted_before) / waiting};
}

/* In a process of its own, as memory that was used before would be used again, and nothing would grow. */
static struct grown measure_apart(uint32_t waiting, int has_small_window)
{
    struct grown grown = {0};
    int ends[2], status;
    fflush(stdout);
    pid_t child = pipe(ends) == 0 ? fork() : -1;
    if (child == 0) {
        grown = measure(waiting, has_small_window);
        _exit(write(ends[1], &grown, sizeof grown) == (ssize_t)sizeof grown ? 0 : 1);
    }
    if (child > 0)
        close(ends[1]);   /* or a child that fails would be waited for without end */
    if (child < 0 || read(ends[0], &grown, sizeof grown) != (ssize_t)sizeof grown || waitpid(child, &status, 0) != child || status != 0)
        abort();
    close(ends[0]);
    close(ends[1]);
    return grown;
}

void core_memory_measure(struct core_memory out[CORE_MEMORY_POINTS])
{
    static const uint32_t points[CORE_MEMORY_POINTS] = {100000, 1000000};
    for (int i = 0; i < CORE_MEMORY_POINTS; i++) {
        struct grown plain = measure_apart(points[i], 1);
        out[i] = (struct core_memory){points[i], plain.resident, plain.counted, measure_apart(points[i], 0).resident};
    }
}

void core_memory_print(const struct core_memory figures[CORE_MEMORY_POINTS])
{
    printf("\nbytes a waiting lead, 400 of payload    resident  counted  with its id remembered   (asked: %u)\n", CORE_MEMORY_ASKED_BYTES);
    for (int i = 0; i < CORE_MEMORY_POINTS; i++)
        printf("%36u  %8.0f  %7.0f  %22.0f\n", figures[i].waiting, figures[i].grown, figures[i].counted, figures[i].with_window);
}

void core_memory_print_json(const struct core_memory figures[CORE_MEMORY_POINTS])
{
    printf(", \"memory_per_waiting_lead\": [");
    for (int i = 0; i < CORE_MEMORY_POINTS; i++)
        printf("%s{\"waiting\": %u, \"resident_bytes\": %.0f, \"counted_bytes\": %.0f, \"with_window_bytes\": %.0f}", i > 0 ? ", " : "",
               figures[i].waiting, figures[i].grown, figures[i].counted, figures[i].with_window);
    printf("]");
}
