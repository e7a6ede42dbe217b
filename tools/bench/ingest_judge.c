/* SPDX-License-Identifier: Apache-2.0 */
#include "ingest_judge.h"

static const double WEB_MIN = 0.5, MAIL_MIN = 0.5, P50_MAX = 1.0;
static const double GROWTH_MAX = 1.05;   /* of memory: flat */

bool ingest_judge(const struct ingest_result *result, FILE *out)
{
    const bool is_timed = result->rounds >= INGEST_ROUNDS_MIN;
    const bool web_missed = is_timed && result->web_over_http < WEB_MIN, mail_missed = is_timed && result->mail_over_gmime < MAIL_MIN;
    const bool p50_missed = is_timed && result->p50_over_floor > P50_MAX;
    const bool memory_missed = result->requests >= INGEST_REQUESTS_MIN &&
                               (double)result->memory_late_bytes > GROWTH_MAX * (double)result->memory_early_bytes;
    if (web_missed)
        fprintf(out, "leadwire-bench: missed: leadwire-web does %.2f of its HTTP server's requests on one core, of which at least %.1f is promised\n",
                result->web_over_http, WEB_MIN);
    if (mail_missed)
        fprintf(out, "leadwire-bench: missed: mails become leads at %.2f of the speed of gmime, of which at least %.1f is promised\n",
                result->mail_over_gmime, MAIL_MIN);
    if (p50_missed)
        fprintf(out, "leadwire-bench: missed: a request is in the journal after %.2f of the time of two appends and an empty request, of which at most %.1f is promised\n",
                result->p50_over_floor, P50_MAX);
    if (memory_missed)
        fprintf(out, "leadwire-bench: missed: the worker's memory grows: %.1f MB after %u requests, %.1f MB after %u\n",
                (double)result->memory_early_bytes / 1e6, result->requests / 10, (double)result->memory_late_bytes / 1e6, result->requests);
    return !(web_missed || mail_missed || p50_missed || memory_missed);
}
