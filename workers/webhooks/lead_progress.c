/* SPDX-License-Identifier: Apache-2.0 */
#include "lead_progress.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wall_clock.h"

enum { LINE_SIZE = LW_LEAD_ID_TEXT_MAX + 2 * LW_NAME_MAX + 64, LINES_MIN = 10000, PATH_SIZE = 4096 };

static uint32_t hash_of(const struct lead_progress *progress, const char *id)
{
    return (uint32_t)siphash_64(progress->key, id, strlen(id));
}

struct known_lead *lead_progress_find(const struct lead_progress *progress, const char *lead_id)
{
    uint32_t hash = hash_of(progress, lead_id), value;
    for (uint32_t at = index_table_first(&progress->index, hash); index_table_at(&progress->index, hash, &at, &value);)
        if (strcmp(progress->leads[value].id, lead_id) == 0)
            return &progress->leads[value];
    return NULL;
}

static lw_status make_room(struct lead_progress *progress)
{
    if (progress->count == LEAD_PROGRESS_MAX)
        return LW_FULL;
    if (!index_table_make_room(&progress->index))
        return LW_NO_MEMORY;
    if (progress->free_count > 0 || progress->top < progress->capacity)
        return LW_OK;
    uint32_t capacity = progress->capacity ? progress->capacity * 2 : 256;
    struct known_lead *leads = realloc(progress->leads, capacity * sizeof *leads);
    if (leads)
        progress->leads = leads;
    uint32_t *places = realloc(progress->free_places, capacity * sizeof *places);
    if (places)
        progress->free_places = places;
    if (!leads || !places)
        return LW_NO_MEMORY;
    progress->capacity = capacity;
    return LW_OK;
}

/* In memory only. */
static lw_status keep(struct lead_progress *progress, const char *lead_id, uint64_t revision, const char *source, const char *queue)
{
    struct known_lead *lead = lead_progress_find(progress, lead_id);
    lw_status status = lead ? LW_OK : make_room(progress);
    char *kept_source = status == LW_OK ? strdup(source) : NULL, *kept_queue = status == LW_OK ? strdup(queue) : NULL;
    if (!kept_source || !kept_queue) {
        free(kept_source);
        free(kept_queue);
        return status != LW_OK ? status : LW_NO_MEMORY;
    }
    if (lead) {
        free(lead->source);
        free(lead->queue);
    } else {
        uint32_t place = progress->free_count > 0 ? progress->free_places[--progress->free_count] : progress->top++;
        lead = &progress->leads[place];
        *lead = (struct known_lead){.revision = 0};
        snprintf(lead->id, sizeof lead->id, "%s", lead_id);
        index_table_add(&progress->index, hash_of(progress, lead_id), place);
        progress->count++;
    }
    lead->revision = revision;
    lead->source = kept_source;
    lead->queue = kept_queue;
    lead->is_seen = true;
    return LW_OK;
}

static void drop(struct lead_progress *progress, const char *lead_id)
{
    struct known_lead *lead = lead_progress_find(progress, lead_id);
    if (!lead)
        return;
    uint32_t place = (uint32_t)(lead - progress->leads);
    index_table_remove(&progress->index, hash_of(progress, lead_id), place);
    free(lead->source);
    free(lead->queue);
    *lead = (struct known_lead){.revision = 0};
    progress->free_places[progress->free_count++] = place;
    progress->count--;
}

/* The next field, which may be empty; NULL: there is none. */
static const char *take_field(char **rest)
{
    char *field = *rest;
    if (!field)
        return NULL;
    size_t size = strcspn(field, "\t\n");
    *rest = field[size] == '\t' ? field + size + 1 : NULL;
    field[size] = '\0';
    return field;
}

static lw_status read_line(struct lead_progress *progress, char *line)
{
    char *rest = line, *end;
    const char *id = take_field(&rest), *revision = take_field(&rest), *source = take_field(&rest), *queue = take_field(&rest);
    uint64_t number = revision ? strtoull(revision, &end, 10) : 0;
    if (!revision || end == revision || strlen(id) >= LW_LEAD_ID_TEXT_MAX || !*id)
        return LW_OK;
    if (number != 0 && source && queue)
        return keep(progress, id, number, source, queue);
    drop(progress, id);
    return LW_OK;
}

static lw_status read_file(struct lead_progress *progress)
{
    char line[LINE_SIZE];
    FILE *file = fopen(progress->path, "re");
    lw_status status = LW_OK;
    if (!file) {
        progress->is_new = errno == ENOENT;
        return progress->is_new ? LW_OK : LW_IO;
    }
    for (; status == LW_OK && fgets(line, sizeof line, file); progress->lines++) {
        const bool is_whole = strchr(line, '\n') != NULL;   /* a disk that filled up, a crash: what it was to replace holds */
        status = is_whole ? read_line(progress, line) : LW_OK;
    }
    if (status == LW_OK && ferror(file))
        status = LW_IO;
    fclose(file);
    return status;
}

static bool write_lead(FILE *file, const char *id, uint64_t revision, const char *source, const char *queue)
{
    return fprintf(file, "%s\t%" PRIu64 "\t%s\t%s\n", id, revision, source, queue) > 0;
}

/* In one piece: who reads it next sees the old or the new. */
static lw_status write_anew(struct lead_progress *progress)
{
    char fresh[PATH_SIZE];
    bool fits = snprintf(fresh, sizeof fresh, "%s.new", progress->path) < (int)sizeof fresh;
    int fd = fits ? open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    bool good = file != NULL;
    for (uint32_t i = 0; good && i < progress->top; i++) {
        const struct known_lead *lead = &progress->leads[i];
        good = !lead->id[0] || write_lead(file, lead->id, lead->revision, lead->source, lead->queue);
    }
    good = good && fflush(file) == 0 && fsync(fd) == 0 && rename(fresh, progress->path) == 0;
    if (!good) {
        if (file)
            fclose(file);
        else if (fd >= 0)
            close(fd);
        return LW_IO;
    }
    if (progress->file)
        fclose(progress->file);
    progress->file = file;
    progress->lines = progress->count;
    return LW_OK;
}

lw_status lead_progress_open(const char *path, struct lead_progress *out)
{
    *out = (struct lead_progress){.path = strdup(path)};
    random_bytes(&out->key, sizeof out->key);
    if (!out->path || index_table_init_small(&out->index, LEAD_PROGRESS_MAX) != LW_OK)
        return LW_NO_MEMORY;
    lw_status status = read_file(out);
    return status == LW_OK ? write_anew(out) : status;
}

void lead_progress_close(struct lead_progress *progress)
{
    if (progress->file)
        fclose(progress->file);
    for (uint32_t i = 0; i < progress->top; i++) {
        free(progress->leads[i].source);
        free(progress->leads[i].queue);
    }
    free(progress->leads);
    free(progress->free_places);
    free(progress->path);
    index_table_fini(&progress->index);
    *progress = (struct lead_progress){0};
}

static lw_status add_line(struct lead_progress *progress, const char *id, uint64_t revision, const char *source, const char *queue)
{
    if (!write_lead(progress->file, id, revision, source, queue) || fflush(progress->file) != 0)
        return LW_IO;
    progress->lines++;
    return progress->lines > LINES_MIN && progress->lines > 2 * (uint64_t)progress->count ? write_anew(progress) : LW_OK;
}

lw_status lead_progress_put(struct lead_progress *progress, const char *lead_id, uint64_t revision, const char *source, const char *queue)
{
    lw_status status = keep(progress, lead_id, revision, source, queue);
    return status == LW_OK ? add_line(progress, lead_id, revision, source, queue) : status;
}

lw_status lead_progress_end(struct lead_progress *progress, const char *lead_id)
{
    char id[LW_LEAD_ID_TEXT_MAX];   /* the caller's may be the lead's own */
    if (!lead_progress_find(progress, lead_id))
        return LW_OK;
    snprintf(id, sizeof id, "%s", lead_id);
    drop(progress, id);
    return add_line(progress, id, 0, "", "");
}

void lead_progress_look_anew(struct lead_progress *progress)
{
    for (uint32_t i = 0; i < progress->top; i++)
        progress->leads[i].is_seen = false;
}

const struct known_lead *lead_progress_unseen(const struct lead_progress *progress, uint32_t *at)
{
    for (; *at < progress->top; ++*at)
        if (progress->leads[*at].id[0] && !progress->leads[*at].is_seen)
            return &progress->leads[*at];
    return NULL;
}
