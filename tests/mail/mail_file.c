/* SPDX-License-Identifier: Apache-2.0 */
#include "mail_file.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const own[] = {"shop.example"};
static const char *const robots[] = {"website@shop.example"};

const struct mail_source sample_source = {
    .name = "samples",
    .region = "IT",
    .rules = {.own = own, .own_count = 1, .robots = robots, .robot_count = 1, .spam_score_milli = 5000},
};

char *mail_file_read(const char *path, size_t *size_out)
{
    FILE *file = fopen(path, "rb");
    struct stat info;
    char *bytes = NULL;
    if (!file)
        return NULL;
    if (fstat(fileno(file), &info) == 0 && S_ISREG(info.st_mode))
        bytes = malloc((size_t)info.st_size + 1);
    if (bytes) {
        *size_out = fread(bytes, 1, (size_t)info.st_size, file);
        bytes[*size_out] = '\0';
    }
    fclose(file);
    return bytes;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

size_t mail_name_size(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot ? (size_t)(dot - name) : strlen(name);
}

char **mail_folder_list(const char *path, size_t *count_out)
{
    enum { NAMES_MAX = 1000 };
    DIR *folder = opendir(path);
    char **names = calloc(NAMES_MAX, sizeof *names);
    size_t count = 0;
    const struct dirent *entry;
    while (folder && names && count < NAMES_MAX && (entry = readdir(folder)) != NULL) {
        const char *dot = strrchr(entry->d_name, '.');
        if (!dot || strcmp(dot, ".eml") == 0)
            names[count++] = strdup(entry->d_name);
    }
    if (folder)
        closedir(folder);
    if (names)
        qsort(names, count, sizeof *names, compare_names);
    *count_out = count;
    return names;
}

void mail_folder_free(char **names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
}

const char *mail_fixtures_folder(void)
{
    static char path[4096];
    const char *shared = getenv("LEADWIRE_SHARED");
    struct stat info;
    snprintf(path, sizeof path, "%s/fixtures/email", shared ? shared : LEADWIRE_SOURCE_DIR "/../shared");
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode) ? path : NULL;
}

enum mail_reason mail_take(const struct mail_source *source, const void *bytes, size_t size, struct mail_lead *out)
{
    enum mail_reason reason = mail_lead_read(source, bytes, size, out);
    return reason == MAIL_LEAD ? mail_lead_build(source, bytes, size, "raw.eml", out) : reason;
}
