/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook_dead.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 4096 + 300, MESSAGE_SIZE_MAX = 64 * 1024, ID_SHOWN_MAX = 200 };

static const char ending[] = ".held";

static int is_message(const struct dirent *entry)
{
    size_t size = strlen(entry->d_name);
    return size > sizeof ending - 1 && strcmp(entry->d_name + size - (sizeof ending - 1), ending) == 0;
}

/* In the order of their numbers. A folder that is not there is empty; -1 otherwise (errno). */
static int scan(const char *folder, const char *part, struct dirent ***out)
{
    char path[PATH_SIZE];
    *out = NULL;
    snprintf(path, sizeof path, "%s/%s", folder, part);
    int count = scandir(path, out, is_message, alphasort);
    return count < 0 && errno == ENOENT ? 0 : count;
}

static void free_names(struct dirent **names, int count)
{
    for (int i = 0; i < count; i++)
        free(names[i]);
    free(names);
}

static size_t read_message(const char *path, char *bytes)
{
    FILE *file = fopen(path, "re");
    size_t size = file ? fread(bytes, 1, MESSAGE_SIZE_MAX, file) : 0;
    if (file)
        fclose(file);
    return size;
}

int webhook_dead_list(const char *folder, const char *hook, FILE *out)
{
    static char bytes[MESSAGE_SIZE_MAX + 1];
    struct dirent **names;
    int count = scan(folder, "aside", &names);
    for (int i = 0; i < count; i++) {
        char path[PATH_SIZE];
        snprintf(path, sizeof path, "%s/aside/%s", folder, names[i]->d_name);
        bytes[read_message(path, bytes)] = '\0';
        fprintf(out, "%s %s %.*s\n", hook, names[i]->d_name, (int)(strcspn(bytes, "\n") < ID_SHOWN_MAX ? strcspn(bytes, "\n") : ID_SHOWN_MAX), bytes);
    }
    free_names(names, count);
    return count;
}

int webhook_dead_resend(const char *folder)
{
    struct dirent **names;
    char from[PATH_SIZE], to[PATH_SIZE];
    int count = scan(folder, "aside", &names), moved = 0;
    snprintf(to, sizeof to, "%s/again", folder);
    bool good = count <= 0 || mkdir(to, 0700) == 0 || errno == EEXIST;
    for (int i = 0; good && i < count; i++) {
        snprintf(from, sizeof from, "%s/aside/%s", folder, names[i]->d_name);
        snprintf(to, sizeof to, "%s/again/%s", folder, names[i]->d_name);
        good = rename(from, to) == 0;
        moved += good;
    }
    free_names(names, count);
    return count < 0 || !good ? -1 : moved;
}

uint64_t webhook_dead_count(const char *folder)
{
    char path[PATH_SIZE];
    uint64_t count = 0;
    snprintf(path, sizeof path, "%s/aside", folder);
    DIR *opened = opendir(path);
    for (const struct dirent *entry; opened && (entry = readdir(opened));)
        count += is_message(entry) != 0;
    if (opened)
        closedir(opened);
    return count;
}

void webhook_dead_take(const char *folder, webhook_dead_put *put, void *context)
{
    static char bytes[MESSAGE_SIZE_MAX];
    struct dirent **names;
    int count = scan(folder, "again", &names);
    for (int i = 0; i < count; i++) {
        char path[PATH_SIZE];
        snprintf(path, sizeof path, "%s/again/%s", folder, names[i]->d_name);
        size_t size = read_message(path, bytes);
        if (size == 0 || !put(context, bytes, size) || unlink(path) != 0)
            break;
    }
    free_names(names, count);
}
