/* SPDX-License-Identifier: Apache-2.0
 *
 * A rep who accepts every offer and completes every lead at once.
 *
 *   take_leads ipc:///run/leadwire/reps sales anna anna.secret won 3
 *
 * Ends with 0 after that many completions (0: never), 1 when the broker refuses the rep.
 */
#include <leadwire/leadwire.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct desk_work {
    struct lw_rep *rep;
    const char *disposition;
    long left;           /* completions to go; 0: for ever */
    int code;            /* -1: goes on */
};

static void handle(struct desk_work *work, const struct lw_rep_event *event)
{
    uint64_t ticket;
    lw_status status = LW_OK;
    switch (event->kind) {
    case LW_REP_OFFER:
        printf("offer %s: %s\n", event->lead_id, event->why);
        status = lw_rep_accept(work->rep, event->lead_id, event->offer_number, &ticket);
        break;
    case LW_REP_HOLDING:
        if (event->lead_state == LW_LEAD_ASSIGNED)
            status = lw_rep_complete(work->rep, event->lead_id, work->disposition, NULL, NULL, &ticket);
        break;
    case LW_REP_WITHDRAWN:
        printf("withdrawn %s: %s\n", event->lead_id, event->reason);
        break;
    case LW_REP_ANSWER:
        printf("%s %s\n", lw_outcome_name(event->outcome), event->lead_id);
        if (event->offer_number == 0 && event->outcome == LW_OUTCOME_ACCEPTED && work->left > 0 && --work->left == 0)
            work->code = 0;
        break;
    case LW_REP_REFUSED:
        fprintf(stderr, "refused: %s\n", event->reason);
        work->code = 1;
        break;
    case LW_REP_WELCOME:
        printf("logged on\n");
        break;
    case LW_REP_LOST:
        printf("connection lost: %s\n", event->reason);
        break;
    case LW_REP_NONE:
    case LW_REP_STATUS:
    case LW_REP_NUDGE:
    case LW_REP_PULL_LIST:
    case LW_REP_CHOICES:
    case LW_REP_DAY:
    case LW_REP_SNAPSHOT:
        break;
    }
    if (status != LW_OK)
        fprintf(stderr, "%s\n", lw_status_text(status));
}

static void work_on(struct desk_work *work)
{
    struct lw_rep_event event;
    while (work->code < 0) {
        while (work->code < 0 && lw_rep_next(work->rep, &event) == LW_OK)
            handle(work, &event);
        fflush(stdout);
        if (work->code < 0)
            poll(&(struct pollfd){.fd = lw_rep_fd(work->rep), .events = POLLIN}, 1, lw_rep_wait_ms(work->rep));
    }
}

static int read_secret(const char *path, char *secret, size_t size)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return 0;
    char *line = fgets(secret, (int)size, file);
    fclose(file);
    if (line)
        line[strcspn(line, "\r\n")] = '\0';
    return line != NULL;
}

int main(int argc, char **argv)
{
    char secret[256];
    struct desk_work work = {.code = -1};
    if (argc != 7) {
        fprintf(stderr, "usage: take_leads ENDPOINT DESK REP SECRET-FILE DISPOSITION COUNT\n");
        return 2;
    }
    if (!read_secret(argv[4], secret, sizeof secret)) {
        fprintf(stderr, "cannot read the secret\n");
        return 2;
    }
    struct lw_rep_options options = {.endpoint = argv[1], .desk = argv[2], .rep = argv[3], .secret = secret,
                                     .client = "take_leads"};
    work.disposition = argv[5];
    work.left = strtol(argv[6], NULL, 10);
    lw_status status = lw_rep_open(&options, &work.rep);
    memset(secret, 0, sizeof secret);
    if (status != LW_OK) {
        fprintf(stderr, "cannot open: %s\n", lw_status_text(status));
        return 2;
    }
    work_on(&work);
    lw_rep_close(&work.rep, 1);
    return work.code;
}
