/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lead_event_json.h"
#include "lw_log.h"
#include "secret_file.h"
#include "wall_clock.h"
#include "webhook_dead.h"
#include "webhook_pause.h"

enum { ANSWER_WITHIN_MS = 15000, ANSWER_SIZE_MAX = 64 * 1024, REFUSALS_MAX = 5, HEADER_SIZE = 320 };

static void on_pump(evutil_socket_t fd, short what, void *context);
static void on_answer(void *context, const struct http_fetch_answer *answer);

bool webhook_folder(const char *state, const char *name, char *out, size_t size)
{
    return snprintf(out, size, "%s/%s", state, name) < (int)size;
}

lw_status webhook_open(struct webhook *hook, const struct webhook_config *config, const char *state, struct http_fetcher *fetcher, struct event_base *base)
{
    *hook = (struct webhook){.config = config, .fetcher = fetcher};
    const char *problem = webhook_keys_read(config->secret_path, &hook->keys);
    if (problem) {
        log_error("hook %s: %s: %s", config->name, config->secret_path, problem);
        return LW_INVALID;
    }
    problem = config->accept_key_path ? offer_key_read(config->accept_key_path, &hook->accept_key) : NULL;
    if (problem) {
        log_error("hook %s: %s: %s", config->name, config->accept_key_path, problem);
        return LW_INVALID;
    }
    if (!webhook_folder(state, config->name, hook->folder, sizeof hook->folder))
        return LW_INVALID;
    lw_status status = spool_open(hook->folder, config->outbox_bytes_max, &hook->spool);
    if (status != LW_OK) {
        log_error("hook %s: %s: %s", config->name, hook->folder, status == LW_IO ? strerror(errno) : lw_status_text(status));
        return status;
    }
    hook->pump = event_new(base, -1, 0, on_pump, hook);
    if (!hook->pump)
        return LW_NO_MEMORY;
    event_active(hook->pump, EV_TIMEOUT, 0);
    return LW_OK;
}

void webhook_close(struct webhook *hook)
{
    if (hook->pump)
        event_free(hook->pump);
    spool_close(&hook->spool);
    free(hook->message);
    webhook_keys_wipe(&hook->keys);
    secret_wipe(&hook->accept_key, sizeof hook->accept_key);
    *hook = (struct webhook){.config = NULL};
}

static bool put_bytes(struct webhook *hook, const char *bytes, size_t size)
{
    lw_status status = spool_put(hook->spool, "", bytes, size);
    if (status != LW_OK)
        log_error("hook %s: the outbox does not take a message: %s", hook->config->name, status == LW_IO ? strerror(errno) : lw_status_text(status));
    else if (!hook->message && !event_pending(hook->pump, EV_TIMEOUT, NULL))
        event_active(hook->pump, EV_TIMEOUT, 0);
    return status == LW_OK;
}

bool webhook_put(struct webhook *hook, const char *id, const char *body)
{
    size_t size = strlen(id) + 1 + strlen(body);
    char *message = malloc(size + 1);
    bool good = message && snprintf(message, size + 1, "%s\n%s", id, body) == (int)size && put_bytes(hook, message, size);
    free(message);
    return good;
}

bool webhook_has_room(const struct webhook *hook)
{
    struct spool_state state = spool_state(hook->spool);
    return state.size_bytes < state.size_max_bytes / 8 * 7;
}

void webhook_reload(struct webhook *hook)
{
    const char *problem = webhook_keys_read(hook->config->secret_path, &hook->keys);
    if (problem)
        log_error("hook %s: the secret stays as it was: %s: %s", hook->config->name, hook->config->secret_path, problem);
}

static bool put_again(void *context, const char *bytes, size_t size)
{
    return put_bytes(context, bytes, size);
}

void webhook_tick(struct webhook *hook)
{
    webhook_dead_take(hook->folder, put_again, hook);
}

static void wait_ms(struct webhook *hook, uint64_t ms)
{
    const struct timeval wait = {.tv_sec = (time_t)(ms / 1000), .tv_usec = (suseconds_t)(ms % 1000 * 1000)};
    event_add(hook->pump, &wait);
}

static uint64_t pause_ms(const struct webhook *hook)
{
    uint32_t luck;
    random_bytes(&luck, sizeof luck);
    return webhook_pause_ms(hook->config->first_ms, hook->config->most_ms, hook->attempts, luck);
}

static void forget_message(struct webhook *hook)
{
    free(hook->message);
    hook->message = NULL;
}

/* Splits the message at the end of its first line. NULL: it has none. */
static char *body_of(struct webhook *hook, size_t *size_out)
{
    char *end = memchr(hook->message, '\n', hook->size);
    if (!end || end - (char *)hook->message >= LEAD_EVENT_ID_SIZE)
        return NULL;
    *end = '\0';
    *size_out = hook->size - (size_t)(end + 1 - (char *)hook->message);
    return end + 1;
}

static lw_status send_message(struct webhook *hook, const char *id, const char *body, size_t size)
{
    int64_t now_s = wall_clock_unix_ms() / 1000;
    char signature[WEBHOOK_SIGNATURE_SIZE], id_header[HEADER_SIZE], time_header[HEADER_SIZE], signature_header[HEADER_SIZE];
    if (!webhook_sign(&hook->keys, id, now_s, body, size, signature))
        return LW_NO_MEMORY;
    snprintf(id_header, sizeof id_header, "webhook-id: %s", id);
    snprintf(time_header, sizeof time_header, "webhook-timestamp: %" PRId64, now_s);
    snprintf(signature_header, sizeof signature_header, "webhook-signature: %s", signature);
    const char *const headers[] = {"Content-Type: application/cloudevents+json; charset=utf-8", "User-Agent: leadwire-webhooks/" LEADWIRE_VERSION, "Expect:",
                                   id_header, time_header, signature_header, NULL};
    const struct http_fetch_request request = {
        .url = hook->config->url, .ca_file = hook->config->ca_file, .allow_private = hook->config->allow_private, .within_ms = ANSWER_WITHIN_MS,
        .size_max = ANSWER_SIZE_MAX, .post_body = body, .post_size = size, .headers = headers};
    return http_fetch_send(hook->fetcher, &request, on_answer, hook);
}

static void on_pump(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct webhook *hook = context;
    size_t size = 0;
    if (hook->message)
        return;
    lw_status status = spool_read_first(hook->spool, 0, &hook->message, &hook->size);
    if (status == LW_NOT_FOUND)
        return;
    char *body = status == LW_OK ? body_of(hook, &size) : NULL;
    if (status == LW_OK && body)
        status = send_message(hook, (char *)hook->message, body, size);
    if (status == LW_OK && body)
        return;
    bool is_ours = status != LW_OK || body;
    log_error("hook %s: the first message of the outbox %s", hook->config->name, is_ours ? "cannot be sent now" : "is none of ours, and was set aside");
    forget_message(hook);
    if (!is_ours && spool_set_first_aside(hook->spool, 0) != LW_OK)
        log_error("hook %s: it cannot be set aside: %s", hook->config->name, strerror(errno));
    hook->attempts++;
    wait_ms(hook, pause_ms(hook));
}

static bool will_never_do(const struct webhook *hook, int status)
{
    bool is_later = status == 408 || status == 409 || status == 425 || status == 429;
    return status == 410 || (status >= 400 && status < 500 && !is_later && hook->attempts >= REFUSALS_MAX);
}

static void delivered(struct webhook *hook)
{
    hook->delivered_total++;
    hook->attempts = 0;
    log_debug("hook %s: delivered id=%s", hook->config->name, (char *)hook->message);
    forget_message(hook);
    if (spool_drop_first(hook->spool, 0) == LW_OK) {
        event_active(hook->pump, EV_TIMEOUT, 0);
        return;
    }
    log_error("hook %s: a message cannot be removed, and will be sent again: %s", hook->config->name, strerror(errno));
    hook->attempts = 1;
    wait_ms(hook, pause_ms(hook));
}

static void give_up(struct webhook *hook, const struct http_fetch_answer *answer)
{
    log_error("hook %s: given up: id=%s attempts=%u status=%d %s", hook->config->name, (char *)hook->message, hook->attempts, answer->status, answer->problem);
    forget_message(hook);
    hook->attempts = 0;
    hook->dead_total++;
    if (spool_set_first_aside(hook->spool, 0) != LW_OK) {
        log_error("hook %s: it cannot be set aside: %s", hook->config->name, strerror(errno));
        hook->attempts = 1;
    }
    wait_ms(hook, hook->attempts > 0 ? pause_ms(hook) : 0);
}

static void on_answer(void *context, const struct http_fetch_answer *answer)
{
    struct webhook *hook = context;
    if (answer->status >= 200 && answer->status < 300) {
        delivered(hook);
        return;
    }
    int64_t age_ms = wall_clock_unix_ms() - spool_state(hook->spool).oldest_unix_ms;
    hook->failed_total++;
    hook->attempts++;
    if (will_never_do(hook, answer->status) || (age_ms > 0 && (uint64_t)age_ms >= hook->config->give_up_ms)) {
        give_up(hook, answer);
        return;
    }
    uint64_t ms = pause_ms(hook);
    log_warning("hook %s: not delivered: id=%s attempts=%u status=%d next_s=%" PRIu64 " %s", hook->config->name, (char *)hook->message, hook->attempts,
                answer->status, ms / 1000, answer->problem);
    forget_message(hook);
    wait_ms(hook, ms);
}
