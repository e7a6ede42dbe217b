/* SPDX-License-Identifier: Apache-2.0
 *
 * Hours in one: a broker and a private Redis, which rewrites its append-only file as Redis does by itself, under a steady load
 * with reps who come, go and crash. First flat out, to find the maximum; then 70 % of it, and what must not grow is looked at
 * each second. At the end every lead must have ended, and no figure may be above what it was.
 */
#include <stdio.h>

#include "bench.h"
#include "soak_rig.h"

enum { MINUTES = 60, MINUTES_QUICK = 2, ROWS_MAX = 1440, WARM_MS = 5000, FLAT_OUT_MS = 15000 };

struct soak {
    struct soak_rig rig;
    double maximum;                  /* lives a second */
    uint32_t rate;
    struct soak_row rows[ROWS_MAX];
    uint32_t row_count;
};

static void find_maximum(struct soak *soak, const struct bench_options *options)
{
    soak->maximum = soak_rig_find_maximum(&soak->rig, WARM_MS, FLAT_OUT_MS);
    soak->rate = options->rate ? options->rate : (uint32_t)(soak->maximum * 0.7);
    soak->rig.board->rate = soak->rate;
    fprintf(stderr, "maximum %.0f lives/s; %u leads/s from now on, %.0f %% of it\n", soak->maximum, soak->rate, soak->rate / soak->maximum * 100);
}

static void print_row(const struct soak_row *row, double minute)
{
    printf("%6.1f %8.1f %5.0f %9.1f %8.1f %8.1f %7.0f %7.0f %8.0f %6.0f\n", minute, row->values[SOAK_RSS] / 1048576, row->values[SOAK_DESCRIPTORS],
           row->values[SOAK_REDIS_MEMORY] / 1048576, row->values[SOAK_AOF] / 1048576, row->aof_now_bytes / 1048576, row->values[SOAK_P50], row->p99_us,
           row->lives_per_s, row->open);
    fflush(stdout);
}

static void run_row(struct soak *soak, uint32_t seconds)
{
    static struct log_histogram before, since;
    before = soak->rig.board->offered_us;
    uint64_t completed = soak->rig.completed, start_ns = bench_now_ns();
    for (uint32_t second = 0; second < seconds; second++) {
        soak_rig_run_for(&soak->rig, 1000);
        soak_watch_look(soak->rig.watch);
    }
    log_histogram_since(&soak->rig.board->offered_us, &before, &since);
    struct soak_row row = soak_watch_row(soak->rig.watch);
    row.values[SOAK_P50] = (double)log_histogram_at(&since, 0.5);
    row.p99_us = (double)log_histogram_at(&since, 0.99);
    row.lives_per_s = (double)(soak->rig.completed - completed) * 1e9 / (double)(bench_now_ns() - start_ns);
    row.open = (double)soak->rig.open;
    soak->rows[soak->row_count++] = row;
}

static void print_churn(const struct soak *soak)
{
    const struct soak_churn *churn = &soak->rig.board->churn;
    printf("reps logged off %llu times, lost their connection %llu times, took %llu breaks; offers declined %llu, left to expire %llu; leads handed on "
           "%llu, handed back %llu; answers that came too late %llu\n", (unsigned long long)churn->logged_off, (unsigned long long)churn->crashed,
           (unsigned long long)churn->breaks, (unsigned long long)churn->declined, (unsigned long long)churn->ignored,
           (unsigned long long)churn->handed_on, (unsigned long long)churn->handed_back, (unsigned long long)churn->refused);
}

static void print_verdict(const struct soak *soak, const struct soak_verdict *verdict, bool is_drained, double minutes, const struct bench_options *options)
{
    print_churn(soak);
    printf("%.0f minutes at %.0f %% of the maximum: %llu leads published, %llu completed, %llu open%s\n", minutes, soak->rate / soak->maximum * 100,
           (unsigned long long)soak->rig.published, (unsigned long long)soak->rig.completed, (unsigned long long)soak->rig.open, is_drained ? "" : ": not every lead came to its end");
    for (enum soak_figure figure = SOAK_RSS; figure < SOAK_FIGURES; figure++)
        printf("%-20s begin %12.0f  end %12.0f  ratio %.3f (at most %.2f)%s\n", soak_figure_name(figure), verdict->begin[figure], verdict->end[figure],
               verdict->begin[figure] > 0 ? verdict->end[figure] / verdict->begin[figure] : 0, soak_allowed(figure), verdict->grew[figure] ? "  GREW" : "");
    if (!options->json)
        return;
    printf("{\"durability\": \"%s\", \"minutes\": %.2f, \"maximum_lives_per_s\": %.0f, \"leads_per_s\": %u, \"share_of_maximum\": %.3f, \"published\": %llu, \"completed\": %llu, \"open\": %llu", options->durability, minutes,
           soak->maximum, soak->rate, soak->rate / soak->maximum, (unsigned long long)soak->rig.published, (unsigned long long)soak->rig.completed,
           (unsigned long long)soak->rig.open);
    for (enum soak_figure figure = SOAK_RSS; figure < SOAK_FIGURES; figure++)
        printf(", \"%s\": {\"begin\": %.0f, \"end\": %.0f, \"ratio\": %.3f}", soak_figure_name(figure), verdict->begin[figure], verdict->end[figure],
               verdict->begin[figure] > 0 ? verdict->end[figure] / verdict->begin[figure] : 0);
    printf(", \"grew\": %s}\n", verdict->has_grown ? "true" : "false");
}

int bench_soak(const struct bench_options *options)
{
    static struct soak soak;
    uint32_t minutes = options->minutes ? options->minutes : options->quick ? MINUTES_QUICK : MINUTES;
    uint32_t row_s = minutes >= 12 ? 60 : 5, row_count = minutes * 60 / row_s;
    if (row_count > ROWS_MAX)
        row_count = ROWS_MAX;
    soak_rig_open(&soak.rig, options->durability, false, NULL);
    find_maximum(&soak, options);
    printf("minute  RSS MiB   fds Redis MiB  AOF MiB  AOF now  p50 us  p99 us  lives/s   open\n");
    for (uint32_t i = 0; i < row_count; i++) {
        run_row(&soak, row_s);
        print_row(&soak.rows[i], (i + 1) * row_s / 60.0);
    }
    struct soak_verdict verdict = soak_judge(soak.rows, soak.row_count);
    soak_rig_stop_publisher(&soak.rig);
    bool is_drained = soak_rig_drain(&soak.rig), is_wrong = soak.rig.board->wrong > 0;
    if (is_wrong)
        fprintf(stderr, "leadwire-bench: %llu leads were refused or came to a rep without the skill\n", (unsigned long long)soak.rig.board->wrong);
    print_verdict(&soak, &verdict, is_drained, minutes, options);
    soak_rig_close(&soak.rig);
    return verdict.has_grown || !is_drained || is_wrong ? 1 : 0;
}
