/* SPDX-License-Identifier: Apache-2.0
 *
 * The lead life of ours beside the nearest that others can do with it, in turns whose order alternates, in one run. What a peer does
 * not do stands in the table; a peer's row counts only if its leads were checked and its driver was fast enough.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "peer_rows.h"

#define FIGURE(row, field) peer_row_figure(row, rounds, offsetof(struct floor_result, field))
#define MEDIAN(row, field) FIGURE(row, field).median

static void print_systems(void)
{
    const char *last = "";

    for (int i = 0; i < PEER_ROWS; i++) {
        const struct peer_row *row = &peer_rows[i];
        if (!peer_row_runs(row) || strcmp(row->system, last) == 0)
            continue;
        printf("%s%s %s", *last ? ", " : "", row->system, row->version[0] ? row->version : "(which does not tell its version)");
        last = row->system;
    }
    printf("\n\n");
}

static void print_table(uint32_t rounds, uint32_t seconds)
{
    print_systems();
    printf("                                      at 2000/s, us    CPU us a life, by process\n");
    printf("system           durable    lives/s    p50     p99    broker store  reps  publ   counts\n");
    for (int i = 0; i < PEER_ROWS; i++) {
        const struct peer_row *row = &peer_rows[i];
        if (!peer_row_runs(row))
            continue;
        printf("%-16s %-9s %8.0f %7.0f %7.0f   %5.1f %5.1f %5.1f %5.1f   %s%s%s\n", row->system, row->durability, MEDIAN(row, lives_per_s),
               MEDIAN(row, p50_us), MEDIAN(row, p99_us), MEDIAN(row, cpu_broker_us), MEDIAN(row, cpu_redis_us), MEDIAN(row, cpu_reps_us),
               MEDIAN(row, cpu_publisher_us), peer_row_is_valid(row, rounds) ? "yes" : "NO", row->lacks ? "; " : "", row->lacks ? row->lacks : "");
    }
    printf("ours over theirs, medians of %u rounds of %u s (lowest to highest):\n", rounds, seconds);
    for (int i = 0; i < PEER_RATIOS; i++) {
        if (!peer_ratio_is_there(&peer_ratios[i]))
            continue;
        struct plot_figure ratio = peer_ratio_figure(&peer_ratios[i], rounds);
        printf("  %-22s %.2f (%.2f to %.2f)%s\n", peer_ratios[i].name, ratio.median, ratio.low, ratio.high,
               peer_row_is_valid(&peer_rows[peer_ratios[i].peer], rounds) ? "" : "  says nothing: the row does not count");
    }
}

static void print_ratios(uint32_t rounds, bool spread)
{
    const char *comma = "";
    for (int i = 0; i < PEER_RATIOS; i++) {
        if (!peer_ratio_is_there(&peer_ratios[i]))
            continue;
        struct plot_figure ratio = peer_ratio_figure(&peer_ratios[i], rounds);
        if (spread)
            printf("%s\"%s\": [%.3f, %.3f]", comma, peer_ratios[i].name, ratio.low, ratio.high);
        else
            printf("%s\"%s\": %.3f", comma, peer_ratios[i].name, ratio.median);
        comma = ", ";
    }
}

static void print_json(uint32_t rounds)
{
    const char *comma = "";
    printf("{\"rows\": [");
    for (int i = 0; i < PEER_ROWS; i++) {
        const struct peer_row *row = &peer_rows[i];
        if (!peer_row_runs(row))
            continue;
        struct plot_figure lives = FIGURE(row, lives_per_s);
        printf("%s{\"system\": \"%s\", \"version\": \"%s\", \"durability\": \"%s\", \"lives_per_s\": %.0f, \"lives_per_s_spread\": [%.0f, %.0f], \"p50_us\": %.0f, \"p99_us\": %.0f, "
               "\"valid\": %s}", comma, row->system, row->version, row->durability, lives.median, lives.low, lives.high, MEDIAN(row, p50_us), MEDIAN(row, p99_us),
               peer_row_is_valid(row, rounds) ? "true" : "false");
        comma = ", ";
    }
    printf("], \"ratio\": {");
    print_ratios(rounds, false);
    printf("}, \"ratio_spread\": {");
    print_ratios(rounds, true);
    printf("}, \"not_run\": [");
    comma = "";
    for (int i = 0; i < PEER_ROWS; i++) {
        if (peer_row_runs(&peer_rows[i]))
            continue;
        printf("%s\"%s\"", comma, peer_rows[i].system);
        comma = ", ";
    }
    printf("], \"rounds\": %u, \"calibration\": %.2f, \"machine\": \"%s\"}\n", rounds, bench_calibration(), bench_machine());
}

static void write_bars(FILE *page, const char *title, const char *unit, uint32_t rounds, size_t offset)
{
    static char labels[PEER_ROWS][96];
    struct plot_bar bars[PEER_ROWS];
    size_t count = 0;
    for (int i = 0; i < PEER_ROWS; i++) {
        const struct peer_row *row = &peer_rows[i];
        if (!peer_row_runs(row))
            continue;
        snprintf(labels[i], sizeof labels[i], "%s %s, %s", row->system, row->version, row->durability);
        bars[count++] = (struct plot_bar){labels[i], peer_row_figure(row, rounds, offset), !peer_row_is_valid(row, rounds)};
    }
    plot_page_bars(page, title, unit, bars, count);
}

static void write_page(const char *path, uint32_t rounds, uint32_t seconds)
{
    struct plot_bar ratios[PEER_RATIOS];
    size_t count = 0;
    FILE *page = plot_page_open(path, "A lead's life beside peers");
    plot_page_text(page, "One life: published, acknowledged durably, routed by skill and load, delivered, accepted, completed; of a peer, the nearest it can do. "
                   "1 publisher, 50 reps, 10 skills, all on one machine: %s. Medians of %u rounds of %u s in turns, with lowest and highest.",
                   bench_machine(), rounds, seconds);
    write_bars(page, "Lives a second, flat out", "lives/s", rounds, offsetof(struct floor_result, lives_per_s));
    write_bars(page, "From publishing to delivery, p50 at 2,000 a second", "us", rounds, offsetof(struct floor_result, p50_us));
    for (int i = 0; i < PEER_RATIOS; i++)
        if (peer_ratio_is_there(&peer_ratios[i]))
            ratios[count++] = (struct plot_bar){peer_ratios[i].name, peer_ratio_figure(&peer_ratios[i], rounds),
                                                !peer_row_is_valid(&peer_rows[peer_ratios[i].peer], rounds)};
    plot_page_bars(page, "Ours over theirs, round by round (p50: less is better)", "x", ratios, count);
    for (int i = 0; i < PEER_ROWS; i++)
        if (peer_rows[i].lacks)
            plot_page_text(page, "%s, %s: %s%s", peer_rows[i].system, peer_rows[i].durability, peer_rows[i].is_missing ? "not run, its program is not here; " : peer_rows[i].is_left_out ? "not part of this run; " : "",
                           peer_rows[i].lacks);
    plot_page_close(page);
}

int bench_peers(const struct bench_options *options)
{
    uint32_t rounds = options->rounds ? options->rounds : options->quick ? 2 : 5, seconds = options->quick ? 1 : 5;
    bool valid = true;
    if (rounds > PEER_ROUNDS_MAX)
        rounds = PEER_ROUNDS_MAX;
    if (!peer_rows_look(options->quick, options->load)) {
        fprintf(stderr, "leadwire-bench: '%s' is no system that peers knows; its table names them\n", options->load);
        return 2;
    }
    for (uint32_t round = 0; round < rounds; round++) {
        fprintf(stderr, "round %u of %u\n", round + 1, rounds);
        for (uint32_t i = 0; i < PEER_ROWS; i++)
            peer_row_run(round % 2 == 0 ? i : PEER_ROWS - 1 - i, round, seconds);
    }
    print_table(rounds, seconds);
    for (int i = 0; i < PEER_ROWS; i++) {
        if (peer_rows[i].is_missing && !peer_rows[i].is_left_out)
            fprintf(stderr, "leadwire-bench: %s was not run: its program is not here\n", peer_rows[i].system);
        else if (peer_row_runs(&peer_rows[i]))
            valid = valid && peer_row_is_valid(&peer_rows[i], rounds);
    }
    if (!valid)
        fprintf(stderr, "leadwire-bench: a row does not count: its ratios say nothing\n");
    if (options->page)
        write_page(options->page, rounds, seconds);
    if (options->json)
        print_json(rounds);
    return valid ? 0 : 1;
}
