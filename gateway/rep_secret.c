/* SPDX-License-Identifier: Apache-2.0 */
#include "rep_secret.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "secret_file.h"

enum { PATH_SIZE_MAX = 4096, FILE_MAX = 8 * 1024 * 1024, SECRET_MAX = 4096 };

static lw_status find_line(char *text, const char *rep, char **out);

lw_status rep_secret_read(const char *path, const char *rep, char **out)
{
    struct stat info;
    char file[PATH_SIZE_MAX], *text = NULL;
    *out = NULL;
    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode)) {
        if (strchr(rep, '/') || rep[0] == '.' || snprintf(file, sizeof file, "%s/%s", path, rep) >= (int)sizeof file)
            return LW_NOT_FOUND;
        return secret_read(file, SECRET_MAX, out);
    }
    lw_status status = secret_read(path, FILE_MAX, &text);
    if (status == LW_OK)
        status = find_line(text, rep, out);
    secret_free(&text);
    return status;
}

static lw_status find_line(char *text, const char *rep, char **out)
{
    size_t size = strlen(rep);
    for (char *line = text, *next; line; line = next) {
        char *end = strchr(line, '\n');
        next = end ? end + 1 : NULL;
        line += strspn(line, " \t");
        if (strncmp(line, rep, size) != 0 || !strchr(" \t", line[size]) || line[size] == '\0')
            continue;
        line += size + strspn(line + size, " \t");
        size_t secret_size = strcspn(line, "\r\n");
        *out = calloc(1, secret_size + 1);
        if (!*out)
            return LW_NO_MEMORY;
        memcpy(*out, line, secret_size);
        return LW_OK;
    }
    return LW_NOT_FOUND;
}
