/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_machine.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "bench_process.h"

enum { VALUE_MAX = 96, SAID_MAX = 512 };

/* What stands behind the name and separators in the first line that begins with it. */
static void read_value(const char *path, const char *name, const char *separators, char value[VALUE_MAX])
{
    char line[512];
    FILE *file = fopen(path, "r");

    snprintf(value, VALUE_MAX, "unknown");
    while (file && fgets(line, sizeof line, file)) {
        if (strncmp(line, name, strlen(name)) != 0)
            continue;
        const char *at = line + strlen(name);
        at += strspn(at, separators);
        snprintf(value, VALUE_MAX, "%.*s", (int)strcspn(at, "\"\\\n"), at);
        break;
    }
    if (file)
        fclose(file);
}

const char *bench_machine(void)
{
    static char text[1024];
    char model[VALUE_MAX], system[VALUE_MAX];
    struct utsname kernel;

    if (text[0] || uname(&kernel) != 0)
        return text;
    read_value("/proc/cpuinfo", "model name", ":\t ", model);
    read_value("/etc/os-release", "PRETTY_NAME", "=\"", system);
    double memory = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE) / (1024.0 * 1024 * 1024);
    snprintf(text, sizeof text, "%ld processors (%s), %.0f GiB, %s, %s %s %s", sysconf(_SC_NPROCESSORS_ONLN), model, memory, system, kernel.sysname,
             kernel.release, kernel.machine);
    return text;
}

void bench_version_find(const char *text, char version[BENCH_VERSION_MAX])
{
    static const char digits[] = "0123456789", number[] = "0123456789.";

    version[0] = '\0';
    for (const char *at = strpbrk(text, digits); at; at = strpbrk(at, digits)) {
        size_t size = strspn(at, number);
        if (memchr(at, '.', size - 1)) {
            snprintf(version, BENCH_VERSION_MAX, "%.*s", (int)size, at);
            return;
        }
        at += size;
    }
}

void bench_version_ask(const char *const *argv, const char *also_as, char version[BENCH_VERSION_MAX])
{
    char dir[64], path[80], said[SAID_MAX];
    size_t size = 0;

    bench_make_dir(dir);
    snprintf(path, sizeof path, "%s/version", dir);
    bench_wait(bench_start(argv, also_as, path));
    FILE *file = fopen(path, "r");
    if (file) {
        size = fread(said, 1, sizeof said - 1, file);
        fclose(file);
    }
    said[size] = '\0';
    bench_version_find(said, version);
    bench_remove_dir(dir);
}
