/* SPDX-License-Identifier: Apache-2.0
 *
 * http_worker - the whole process of a worker that listens on HTTP: configuration,
 * door, link to the broker, raw store, health, signals. A worker adds how its own
 * settings are read and how a request is handled.
 *
 * GET /healthz is answered here: 200 when the broker is connected, else 503, with the counts.
 * SIGHUP reads the file again: a wrong file changes nothing and says why; requests in progress finish under
 * the rules they began with. desk, broker, listen, raw and http take effect only at a start.
 * SIGTERM: no new connections; requests in progress are answered, at most answer_within and a second long.
 */
#ifndef HTTP_WORKER_H
#define HTTP_WORKER_H

#include "arena.h"
#include "broker_link.h"
#include "byte_buffer.h"
#include "contact_reader.h"
#include "health_loop.h"
#include "http_door.h"
#include "loop_signals.h"
#include "port_file.h"
#include "raw_store.h"
#include "worker_config.h"
#include "worker_counts.h"
#include "worker_run.h"

/* One reading of the configuration file. Counted: a request holds the one it began with. */
struct worker_rules {
    struct worker_config common;
    void *own;              /* what the plan's read gave; in the arena */
    struct arena arena;
    uint32_t references;
};

struct worker_rules *worker_rules_hold(struct worker_rules *rules);
void worker_rules_drop(struct worker_rules **rules);

/* Who waits for raw bytes to be written. Belongs to the waiting, and lives until done is called. */
struct raw_waiter {
    struct raw_waiter *next;
    void (*done)(void *context, lw_status kept);   /* errors as raw_store_write */
    void *context;
};

struct http_worker {
    struct event_base *base;
    struct http_door *door;
    struct broker_link *link;
    struct raw_store *raw;         /* NULL: raw bytes are not kept */
    struct event *turn_end;        /* active while somebody waits */
    struct raw_waiter *raw_waiters, **raw_waiters_end;   /* first come first */
    struct worker_rules *rules;    /* in force */
    struct worker_counts counts;
    struct loop_signals signals;
    struct event *housekeeping;
    struct health_loop health;
    const struct http_worker_plan *plan;
    struct worker_arguments arguments;
    uint64_t stop_at_ms;           /* 0: not stopping */
    void *own;                     /* what the plan's open made */
};

struct http_worker_plan {
    const char *program;           /* also the log's name */
    const char *about;             /* first line of --help */
    /* Reads the worker's own settings from the document's root (a map) into the arena; problems go to the document.
     * NULL only at the arena's cap. */
    void *(*read)(struct yaml_doc *doc, const char *config_path, const struct worker_config *common, struct arena *arena);
    /* Answers the call, now or later. rules are borrowed: hold them to keep them. */
    void (*handle)(struct http_worker *worker, struct worker_rules *rules, struct http_call *call);
    /* The worker's own state (worker->own), before the first and after the last request. NULL: it has none. */
    lw_status (*open)(struct http_worker *worker);
    void (*close)(struct http_worker *worker);
    /* Appends ", \"NAME\": VALUE" to what /healthz says. NULL: nothing. */
    void (*health)(const struct http_worker *worker, struct byte_buffer *out);
    /* Writes the metrics that only this worker has. NULL: there are none. */
    void (*metrics)(const struct http_worker *worker, struct byte_buffer *out);
    /* For --dry-run: the reader of a source of this name (its size_max is set by the caller); false: there is none. */
    bool (*reader)(const void *own, const char *name, struct contact_reader *out);
    const char *default_root, *default_source;   /* YAML: what the root and a source must say, or a file that is not named would */
    /* At SIGTERM: begins nothing new beside HTTP. in_flight: how much is to end before the process does. NULL: nothing. */
    void (*drain)(struct http_worker *worker);
    uint32_t (*in_flight)(const struct http_worker *worker);
};

/* The process's main: returns its exit code. */
int http_worker_main(int argc, char **argv, const struct http_worker_plan *plan);

/* Reads a configuration; doc is closed. NULL after the problems were printed. */
struct worker_rules *worker_rules_read(const struct http_worker_plan *plan, struct yaml_doc *doc, const char *config_path,
                                       const struct worker_overrides *overrides);
/* leadwire-NAME --dry-run ..., --replay ...: the process's main. */
int http_dry_run_main(int argc, char **argv, const struct http_worker_plan *plan);
int http_replay_main(int argc, char **argv, const struct http_worker_plan *plan);

/* Keeps the raw bytes if the worker has a store, with the header Idempotency-Key (NULL: none); ref_out "" if not. Errors as raw_store_put; logs
 * each. */
LW_MUST_CHECK lw_status http_worker_keep_raw(struct http_worker *worker, const char *source, const char *suffix,
                                             const void *bytes, size_t size, const char *key, char ref_out[RAW_REF_MAX]);
/* The same for many requests at a time: the bytes are written at the end of this turn of the loop, with those of others, and then the waiter's done
 * is called, not before and not here. Not called after an error, nor when the process ends before. */
LW_MUST_CHECK lw_status http_worker_gather_raw(struct http_worker *worker, const char *source, const char *suffix, const void *bytes, size_t size,
                                               const char *key, char ref_out[RAW_REF_MAX], struct raw_waiter *waiter);
/* Counts it and answers the error. retry_after_s > 0 adds the header. */
void http_worker_refuse(struct http_worker *worker, struct http_call *call, enum worker_count what, int status,
                        const char *reason, uint32_t retry_after_s);
/* Where the call comes from, as far as the trusted proxies tell. */
struct http_origin http_worker_origin(const struct worker_rules *rules, struct http_call *call);
/* Of a BUSY answer, in whole seconds, at least 1. */
uint32_t http_worker_retry_after_s(const struct lw_publisher_answer *answer);

#endif
