/* SPDX-License-Identifier: Apache-2.0 */
#include "web_answer.h"

#include <stdio.h>
#include <string.h>

#include "secret_file.h"
#include "text_clean.h"

static const char html_type[] = "text/html; charset=utf-8";

static void reply_page(struct http_call *call, int status, const char *text);
static bool origin_allowed(const struct web_source *source, const char *origin);

bool web_answer_is_for_browser(const struct http_call *call)
{
    const char *accept = http_call_header(call, "Accept");
    return accept && strstr(accept, "text/html") &&
           (http_call_has_type(call, "application/x-www-form-urlencoded") || http_call_has_type(call, "multipart/form-data"));
}

void web_answer_allow_origin(struct http_call *call, const struct web_source *source)
{
    const char *origin = http_call_header(call, "Origin");
    if (source->origin_count > 0)
        http_call_add_header(call, "Vary", "Origin");
    if (origin && origin_allowed(source, origin))
        http_call_add_header(call, "Access-Control-Allow-Origin", origin);
}

void web_answer_preflight(struct http_call *call, const struct web_source *source)
{
    const char *origin = http_call_header(call, "Origin");
    web_answer_allow_origin(call, source);
    if (origin && origin_allowed(source, origin)) {
        http_call_add_header(call, "Access-Control-Allow-Methods", "POST");
        http_call_add_header(call, "Access-Control-Allow-Headers", "Content-Type, Idempotency-Key");
        http_call_add_header(call, "Access-Control-Max-Age", "86400");
    }
    http_call_add_header(call, "Allow", "POST, OPTIONS");
    http_call_reply(call, 204, NULL, NULL, 0);
}

bool web_answer_handshake(struct http_call *call, const struct web_source *source)
{
    const struct form_fields *query = http_call_query(call);
    const char *mode = form_fields_text(query, "hub.mode", ""), *token = form_fields_text(query, "hub.verify_token", "");
    const char *challenge = form_fields_text(query, "hub.challenge", NULL);
    if (strcmp(mode, "subscribe") != 0 || !secret_equal(source->verify_token, token) || !challenge)
        return false;
    http_call_reply(call, 200, "text/plain; charset=utf-8", challenge, strlen(challenge));
    return true;
}

void web_answer_taken(struct http_call *call, const struct web_source *source, bool browser, const char *lead_id,
                      const char *status)
{
    if (browser && source->thank_you) {
        http_call_add_header(call, "Location", source->thank_you);
        http_call_reply(call, 303, NULL, NULL, 0);
    } else if (browser) {
        reply_page(call, 200, source->thank_you_text);
    } else {
        char body[160];
        int size = snprintf(body, sizeof body, "{\"lead_id\": \"%.64s\", \"status\": \"%.32s\"}\n", lead_id, status);
        http_call_reply(call, 200, "application/json", body, (size_t)size);
    }
}

void web_answer_held(struct http_call *call, const struct web_source *source, bool browser)
{
    static const char body[] = "{\"status\": \"held\"}\n";
    if (browser)
        web_answer_taken(call, source, true, "", "held");
    else
        http_call_reply(call, 202, "application/json", body, sizeof body - 1);
}

void web_answer_refused(struct http_call *call, const struct web_source *source, bool browser, int status,
                        const char *reason, uint32_t retry_after_s)
{
    char seconds[16];
    if (!browser) {
        http_call_reply_error(call, status, reason, retry_after_s);
        return;
    }
    if (retry_after_s > 0) {
        snprintf(seconds, sizeof seconds, "%u", retry_after_s);
        http_call_add_header(call, "Retry-After", seconds);
    }
    reply_page(call, status, status == 422 ? source->missing_text : source->retry_text);
}

static void reply_page(struct http_call *call, int status, const char *text)
{
    const char *safe = text_escape_markup(http_call_arena(call), text);
    const char *page = arena_printf(http_call_arena(call),
        "<!doctype html>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n"
        "<title>%s</title>\n<p style=\"font: 1.2rem sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem\">%s</p>\n",
        safe ? safe : "", safe ? safe : "");
    http_call_add_header(call, "Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
    http_call_reply(call, status, html_type, page ? page : "", page ? strlen(page) : 0);
}

static bool origin_allowed(const struct web_source *source, const char *origin)
{
    for (size_t i = 0; i < source->origin_count; i++)
        if (strcmp(source->origins[i], origin) == 0 || strcmp(source->origins[i], "*") == 0)
            return true;
    return false;
}
