/* SPDX-License-Identifier: Apache-2.0 */
#include "soak_watch.h"

#include <dirent.h>
#include <hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "bench_desk.h"
#include "bench_process.h"

enum { LOOKS_MAX = 4096 };

struct soak_watch {
    pid_t broker;
    redisContext *redis;
    uint32_t looks;
    double rss[LOOKS_MAX], descriptors[LOOKS_MAX], redis_memory[LOOKS_MAX], aof[LOOKS_MAX], aof_now[LOOKS_MAX];
};

struct soak_watch *soak_watch_new(pid_t broker, const char *redis_socket)
{
    struct soak_watch *watch = calloc(1, sizeof *watch);
    if (!watch)
        bench_give_up("out of memory");
    watch->broker = broker;
    watch->redis = redisConnectUnix(redis_socket);
    if (!watch->redis || watch->redis->err)
        bench_give_up("cannot connect to the private Redis");
    return watch;
}

void soak_watch_free(struct soak_watch *watch)
{
    redisFree(watch->redis);
    free(watch);
}

static double descriptors(pid_t pid)
{
    char path[64];
    double count = 0;
    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    DIR *dir = opendir(path);
    if (!dir)
        bench_give_up("the broker is gone: see its log");
    for (const struct dirent *entry; (entry = readdir(dir));)
        count += entry->d_name[0] != '.';
    closedir(dir);
    return count;
}

static double info_number(const char *text, const char *name)
{
    const char *at = strstr(text, name);
    return at ? strtod(at + strlen(name), NULL) : 0;
}

void soak_watch_look(struct soak_watch *watch)
{
    if (watch->looks == LOOKS_MAX)
        return;
    redisReply *reply = redisCommand(watch->redis, "INFO");
    if (!reply || reply->type != REDIS_REPLY_STRING)
        bench_give_up("the private Redis does not answer");
    uint32_t at = watch->looks++;
    watch->rss[at] = (double)bench_resident_bytes(watch->broker);
    watch->descriptors[at] = descriptors(watch->broker);
    watch->redis_memory[at] = info_number(reply->str, "\nused_memory:");
    watch->aof[at] = info_number(reply->str, "\naof_base_size:");
    watch->aof_now[at] = info_number(reply->str, "\naof_current_size:");
    freeReplyObject(reply);
}

struct soak_row soak_watch_row(struct soak_watch *watch)
{
    struct soak_row row = {0};
    if (watch->looks > 0) {
        row.values[SOAK_RSS] = bench_median(watch->rss, watch->looks);
        row.values[SOAK_DESCRIPTORS] = bench_median(watch->descriptors, watch->looks);
        row.values[SOAK_REDIS_MEMORY] = bench_median(watch->redis_memory, watch->looks);
        row.values[SOAK_AOF] = bench_median(watch->aof, watch->looks);
        row.aof_now_bytes = bench_median(watch->aof_now, watch->looks);
    }
    watch->looks = 0;
    return row;
}
