/* SPDX-License-Identifier: Apache-2.0 */
#include "process_metrics.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "metrics.h"

static const struct metric build_info = {"leadwire_build_info", METRIC_GAUGE, "1; the version of the program.", "version"};
static const struct metric ready = {"leadwire_ready", METRIC_GAUGE, "1 while /readyz says that it can do its work, else 0.", NULL};
static const struct metric cpu = {"process_cpu_seconds_total", METRIC_COUNTER, "Processor time used, user and system.", NULL};
static const struct metric memory = {"process_resident_memory_bytes", METRIC_GAUGE, "Memory that is resident.", NULL};
static const struct metric open_files = {"process_open_fds", METRIC_GAUGE, "Open file descriptors.", NULL};
static const struct metric most_files = {"process_max_fds", METRIC_GAUGE, "How many there may be.", NULL};

static void write_cpu(struct byte_buffer *out)
{
    struct rusage usage;

    if (getrusage(RUSAGE_SELF, &usage) == 0)
        metrics_put_only(out, &cpu, (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                                        (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
}

static void write_memory(struct byte_buffer *out)
{
    unsigned long long size, resident;
    FILE *file = fopen("/proc/self/statm", "re");

    if (!file)
        return;
    if (fscanf(file, "%llu %llu", &size, &resident) == 2)
        metrics_put_only(out, &memory, (double)resident * (double)sysconf(_SC_PAGESIZE));
    fclose(file);
}

static void write_files(struct byte_buffer *out)
{
    struct rlimit limit;
    double count = -3;      /* ".", "..", and the one that reads the folder */
    DIR *folder = opendir("/proc/self/fd");

    for (; folder && readdir(folder);)
        count++;
    if (folder) {
        metrics_put_only(out, &open_files, count);
        closedir(folder);
    }
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        metrics_put_only(out, &most_files, (double)limit.rlim_cur);
}

void process_metrics_write(struct byte_buffer *out, bool is_ready)
{
    metrics_begin(out, &build_info);
    metrics_put(out, &build_info, LEADWIRE_VERSION, 1);
    metrics_put_only(out, &ready, is_ready);
    write_cpu(out);
    write_memory(out);
    write_files(out);
}
