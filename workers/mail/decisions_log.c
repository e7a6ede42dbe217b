/* SPDX-License-Identifier: Apache-2.0 */
#include "decisions_log.h"

#include "lw_log.h"
#include "mail_counts.h"
#include "wall_clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

lw_status decisions_log_open(const char *path, struct decisions_log *out)
{
    out->fd = path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;
    return path && out->fd < 0 ? LW_IO : LW_OK;
}

void decisions_log_close(struct decisions_log *log)
{
    if (log->fd >= 0)
        close(log->fd);
    log->fd = -1;
}

/* A file's name is the deliverer's choice: nothing in it may look like a line of ours. */
static void plain_name(const char *file, char out[256])
{
    size_t size = 0;
    for (; file[size] && size < 255; size++)
        out[size] = file[size] > ' ' && file[size] < 0x7f ? file[size] : '?';
    out[size] = '\0';
}

void decisions_log_add(struct decisions_log *log, const char *source, const char *file, const char *outcome,
                       const char *lead_id)
{
    char line[1024], time[25], name[256];
    if (log->counts)
        mail_counts_add(log->counts, outcome);
    if (log->fd < 0)
        return;
    wall_clock_format(wall_clock_unix_ms(), time);
    plain_name(file, name);
    int size = snprintf(line, sizeof line, "%s %s %s %s %s\n", time, source, name, outcome,
                        lead_id && lead_id[0] ? lead_id : "-");
    if (size <= 0 || size >= (int)sizeof line)
        return;
    if (write(log->fd, line, (size_t)size) != size)
        log_warning("the decisions log cannot be written: %s", strerror(errno));
}
