/* SPDX-License-Identifier: Apache-2.0
 *
 * What Leadwire needs of Redis: 7.0 with Functions, an append-only file, no eviction, room.
 */
#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/time.h>

#include "doctor.h"
#include "secret_file.h"
#include "words.h"

static const struct timeval redis_limit = {.tv_sec = 2};

/* NULL after saying what is wrong with the address or the connection. */
static redisContext *connect_to(struct doctor *doctor, const char *address)
{
    redisContext *redis = NULL;
    if (strncmp(address, "unix:", 5) == 0) {
        redis = redisConnectUnixWithTimeout(address + 5, redis_limit);
    } else {
        char host[256];
        const char *colon = strrchr(address, ':');
        const long port = colon != NULL ? strtol(colon + 1, NULL, 10) : 0;
        if (colon == NULL || port < 1 || port > 65535 || (size_t)(colon - address) >= sizeof host) {
            doctor_say(doctor, FINDING_BAD, "redis", "give --redis unix:PATH or --redis host:port", "'%.100s' is no address of Redis", address);
            return NULL;
        }
        snprintf(host, sizeof host, "%.*s", (int)(colon - address), address);
        redis = redisConnectWithTimeout(host, (int)port, redis_limit);
    }
    if (redis == NULL || redis->err != 0) {
        doctor_say(doctor, FINDING_BAD, "redis", "start redis-server, or give its address with --redis unix:PATH or host:port",
                   "no Redis at %.100s: %s", address, redis != NULL ? redis->errstr : "out of memory");
        if (redis != NULL)
            redisFree(redis);
        return NULL;
    }
    redisSetTimeout(redis, redis_limit);
    return redis;
}

/* The value of "name:value" in an INFO answer. */
static bool info_field(const char *info, const char *name, char *value, size_t size)
{
    const size_t name_size = strlen(name);
    for (const char *line = info; line != NULL && *line != '\0';) {
        if (strncmp(line, name, name_size) == 0 && line[name_size] == ':') {
            snprintf(value, size, "%.*s", (int)strcspn(line + name_size + 1, "\r\n"), line + name_size + 1);
            return true;
        }
        line = strchr(line, '\n');
        line = line != NULL ? line + 1 : NULL;
    }
    return false;
}

static void check_version(struct doctor *doctor, const char *info)
{
    char version[64] = "";
    info_field(info, "redis_version", version, sizeof version);
    if (strtol(version, NULL, 10) >= 7)
        doctor_say(doctor, FINDING_GOOD, "redis", "", "answers, version %s", version);
    else
        doctor_say(doctor, FINDING_BAD, "redis", "install Redis 7.0 or newer (Debian 12 and 13 have it), or Valkey",
                   "version '%s' has no Functions", version);
}

static void check_memory(struct doctor *doctor, const char *info)
{
    char used_text[64] = "0", max_text[64] = "0", used_words[WORDS_SIZE], max_words[WORDS_SIZE];
    info_field(info, "used_memory", used_text, sizeof used_text);
    info_field(info, "maxmemory", max_text, sizeof max_text);
    const uint64_t used = strtoull(used_text, NULL, 10), max = strtoull(max_text, NULL, 10);
    words_size(used, used_words);
    words_size(max, max_words);
    if (max == 0)
        doctor_say(doctor, FINDING_WARNING, "redis-memory", "set maxmemory, e.g. 512mb: then the broker refuses leads before the machine swaps",
                   "%s used, and no maxmemory is set", used_words);
    else if (used > max / 10 * 8)
        doctor_say(doctor, FINDING_BAD, "redis-memory", "raise maxmemory, or find out why leads are not completed", "%s of %s are used",
                   used_words, max_words);
    else
        doctor_say(doctor, FINDING_GOOD, "redis-memory", "", "%s of %s are used", used_words, max_words);
}

/* CONFIG GET; false after a finding when Redis does not let us look. */
static bool config_value(struct doctor *doctor, redisContext *redis, const char *check, const char *name, char *value, size_t size)
{
    redisReply *reply = redisCommand(redis, "CONFIG GET %s", name);
    const bool ok = reply != NULL && reply->type == REDIS_REPLY_ARRAY && reply->elements == 2 &&
                    reply->element[1]->type == REDIS_REPLY_STRING;
    if (ok)
        snprintf(value, size, "%s", reply->element[1]->str);
    else
        doctor_say(doctor, FINDING_WARNING, check, "allow CONFIG GET to this user for a moment, or look yourself",
                   "%s cannot be read: %s", name, reply != NULL && reply->type == REDIS_REPLY_ERROR ? reply->str : redis->errstr);
    if (reply != NULL)
        freeReplyObject(reply);
    return ok;
}

static void check_persistence(struct doctor *doctor, redisContext *redis)
{
    char value[64];
    if (!config_value(doctor, redis, "redis-appendonly", "appendonly", value, sizeof value))
        return;
    if (strcasecmp(value, "yes") != 0) {
        doctor_say(doctor, FINDING_BAD, "redis-appendonly", "set appendonly yes",
                   "the append-only file is off: leads are lost when Redis ends");
        return;
    }
    if (!config_value(doctor, redis, "redis-appendfsync", "appendfsync", value, sizeof value))
        return;
    if (strcasecmp(value, "always") == 0)
        doctor_say(doctor, FINDING_GOOD, "redis-appendfsync", "", "always: what was acknowledged survives a power cut");
    else if (strcasecmp(value, "everysec") == 0)
        doctor_say(doctor, FINDING_WARNING, "redis-appendfsync", "set appendfsync always, or start the broker with durability everysec and know what that means",
                   "everysec: a power cut may lose the last second");
    else
        doctor_say(doctor, FINDING_BAD, "redis-appendfsync", "set appendfsync always", "'%s': a power cut may lose much", value);
}

static void check_eviction(struct doctor *doctor, redisContext *redis)
{
    char value[64];
    if (!config_value(doctor, redis, "redis-eviction", "maxmemory-policy", value, sizeof value))
        return;
    if (strcasecmp(value, "noeviction") == 0)
        doctor_say(doctor, FINDING_GOOD, "redis-eviction", "", "noeviction");
    else
        doctor_say(doctor, FINDING_BAD, "redis-eviction", "set maxmemory-policy noeviction",
                   "'%s' lets Redis throw leads away when memory is short", value);
}

static void check_functions(struct doctor *doctor, redisContext *redis)
{
    redisReply *reply = redisCommand(redis, "FUNCTION STATS");
    if (reply != NULL && reply->type != REDIS_REPLY_ERROR)
        doctor_say(doctor, FINDING_GOOD, "redis-functions", "", "allowed");
    else
        doctor_say(doctor, FINDING_BAD, "redis-functions", "allow FUNCTION and FCALL to the broker's user (ACL +function +fcall)",
                   "not allowed: %s", reply != NULL ? reply->str : redis->errstr);
    if (reply != NULL)
        freeReplyObject(reply);
}

/* Leads hold personal data: nobody else on the network may ask for them. */
static void check_exposure(struct doctor *doctor, redisContext *redis)
{
    char bind_to[256], port[64];
    if (!config_value(doctor, redis, "redis-bind", "port", port, sizeof port) ||
        !config_value(doctor, redis, "redis-bind", "bind", bind_to, sizeof bind_to))
        return;
    if (strcmp(port, "0") == 0) {
        doctor_say(doctor, FINDING_GOOD, "redis-bind", "", "listens on a unix socket only");
        return;
    }
    bool is_open = bind_to[0] == '\0';
    char *save = NULL;
    for (char *word = strtok_r(bind_to, " ", &save); word != NULL; word = strtok_r(NULL, " ", &save)) {
        const char *bare = *word == '-' ? word + 1 : word;
        is_open = is_open || (strncmp(bare, "127.", 4) != 0 && strcmp(bare, "::1") != 0 && strcmp(bare, "localhost") != 0);
    }
    if (is_open)
        doctor_say(doctor, FINDING_BAD, "redis-bind", "set bind 127.0.0.1 ::1, or port 0 and a unix socket", "listens on other addresses than loopback");
    else
        doctor_say(doctor, FINDING_GOOD, "redis-bind", "", "listens on loopback only (port %s)", port);
}

/* False after a finding. */
static bool log_on(struct doctor *doctor, redisContext *redis, const char *user, const char *password_file)
{
    char *password = NULL;
    if (password_file == NULL)
        return true;
    const lw_status status = secret_read(password_file, 512, &password);
    if (status != LW_OK) {
        doctor_say(doctor, FINDING_BAD, "redis", "give a file that only its owner can read (chmod 600)", "the password file cannot be used: %s",
                   status == LW_REFUSED ? "others can read it" : lw_status_text(status));
        return false;
    }
    redisReply *reply = user != NULL ? redisCommand(redis, "AUTH %s %s", user, password) : redisCommand(redis, "AUTH %s", password);
    secret_free(&password);
    const bool ok = reply != NULL && reply->type != REDIS_REPLY_ERROR;
    if (!ok)
        doctor_say(doctor, FINDING_BAD, "redis", "see that user and password are those of Redis' ACL", "the log-on failed: %s",
                   reply != NULL ? reply->str : redis->errstr);
    if (reply != NULL)
        freeReplyObject(reply);
    return ok;
}

void doctor_check_redis(struct doctor *doctor, const char *address, const char *user, const char *password_file)
{
    redisContext *redis = connect_to(doctor, address);
    if (redis == NULL)
        return;
    if (!log_on(doctor, redis, user, password_file)) {
        redisFree(redis);
        return;
    }
    redisReply *info = redisCommand(redis, "INFO");
    if (info == NULL || info->type != REDIS_REPLY_STRING) {
        doctor_say(doctor, FINDING_BAD, "redis", "see that the user and password are right and that Redis is not stopped",
                   "does not answer INFO: %s", info != NULL && info->type == REDIS_REPLY_ERROR ? info->str : redis->errstr);
    } else {
        check_version(doctor, info->str);
        check_memory(doctor, info->str);
        check_persistence(doctor, redis);
        check_eviction(doctor, redis);
        check_functions(doctor, redis);
        check_exposure(doctor, redis);
    }
    if (info != NULL)
        freeReplyObject(info);
    redisFree(redis);
}
