/* SPDX-License-Identifier: Apache-2.0 */
#include "key_ring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "index_table.h"
#include "wall_clock.h"
#include "wire.h"

/* What tells one state of the file from another. A list is never written over, so its inode changes too. */
struct file_stamp { bool is_there; ino_t inode; off_t size; struct timespec changed; };

struct key_ring {
    struct key_dir dir;
    struct key_file server;
    struct siphash_key tag_key;
    struct key_holder *holders;
    struct index_table by_tag;
    uint32_t count, live_count;
    struct file_stamp stamp;
};

static lw_status fill(struct key_ring *ring, const struct key_list *list);
static bool watches(const struct key_holder *holder) { return holder && !holder->is_revoked && roles_may(holder->role, WIRE_EVENT); }
static bool loses_watcher(const struct key_ring *old, const struct key_ring *fresh);
static struct file_stamp stamp_of(const char *path);
static uint32_t tag_hash(struct siphash_128 tag) { return (uint32_t)tag.lo; }

lw_status key_ring_open(const char *path, struct key_ring **out, char *why)
{
    bool watcher_lost;

    *out = NULL;
    struct key_ring *ring = calloc(1, sizeof *ring);
    if (!ring) {
        snprintf(why, KEY_WHY_MAX, "out of memory");
        return LW_NO_MEMORY;
    }
    random_bytes(&ring->tag_key, sizeof ring->tag_key);
    lw_status status = key_dir_open(&ring->dir, path, why);
    if (status == LW_OK)
        status = key_dir_server(&ring->dir, false, &ring->server, why);
    if (status == LW_OK || status == LW_NOT_FOUND)
        status = key_ring_reload(ring, &watcher_lost, why);
    if (status != LW_OK)
        key_ring_close(&ring);
    *out = ring;
    return status;
}

void key_ring_close(struct key_ring **ring)
{
    if (!*ring)
        return;
    key_file_wipe(&(*ring)->server);
    index_table_fini(&(*ring)->by_tag);
    free((*ring)->holders);
    free(*ring);
    *ring = NULL;
}

lw_status key_ring_make_server(struct key_ring *ring, char *why)
{
    return key_dir_server(&ring->dir, true, &ring->server, why);
}

const char *key_ring_server_secret(const struct key_ring *ring)
{
    return ring->server.secret_key;
}

uint32_t key_ring_count(const struct key_ring *ring)
{
    return ring->live_count;
}

/* The stamp is taken before: what changes while we read is read again. */
lw_status key_ring_reload(struct key_ring *ring, bool *watcher_lost, char *why)
{
    struct key_list list;
    struct key_ring fresh = {.tag_key = ring->tag_key};

    *watcher_lost = false;
    ring->stamp = stamp_of(ring->dir.list);
    lw_status status = key_list_read(ring->dir.list, &list, why);
    if (status != LW_OK)
        return status;
    status = fill(&fresh, &list);
    key_list_free(&list);
    if (status != LW_OK) {
        snprintf(why, KEY_WHY_MAX, "out of memory");
        index_table_fini(&fresh.by_tag);
        free(fresh.holders);
        return status;
    }
    *watcher_lost = loses_watcher(ring, &fresh);
    index_table_fini(&ring->by_tag);
    free(ring->holders);
    ring->holders = fresh.holders;
    ring->by_tag = fresh.by_tag;
    ring->count = fresh.count;
    ring->live_count = fresh.live_count;
    return LW_OK;
}

bool key_ring_is_stale(const struct key_ring *ring)
{
    struct file_stamp now = stamp_of(ring->dir.list);

    return now.is_there != ring->stamp.is_there || now.inode != ring->stamp.inode || now.size != ring->stamp.size
        || now.changed.tv_sec != ring->stamp.changed.tv_sec || now.changed.tv_nsec != ring->stamp.changed.tv_nsec;
}

struct siphash_128 key_ring_tag(const struct key_ring *ring, const uint8_t public_key[KEY_SIZE])
{
    return siphash_128(ring->tag_key, public_key, KEY_SIZE);
}

void key_tag_format(struct siphash_128 tag, char out[KEY_TAG_TEXT_SIZE])
{
    snprintf(out, KEY_TAG_TEXT_SIZE, "%016llx%016llx", (unsigned long long)tag.hi, (unsigned long long)tag.lo);
}

bool key_tag_parse(const char *text, struct siphash_128 *out)
{
    uint64_t halves[2] = {0, 0};

    if (!text || strlen(text) != KEY_TAG_TEXT_SIZE - 1)
        return false;
    for (int i = 0; i < KEY_TAG_TEXT_SIZE - 1; i++) {
        unsigned char c = (unsigned char)text[i];
        unsigned digit = c >= '0' && c <= '9' ? c - (unsigned)'0' : c >= 'a' && c <= 'f' ? c - (unsigned)'a' + 10 : 16;
        if (digit == 16)
            return false;
        halves[i / 16] = halves[i / 16] << 4 | digit;
    }
    *out = (struct siphash_128){.lo = halves[1], .hi = halves[0]};
    return true;
}

const struct key_holder *key_ring_find(const struct key_ring *ring, struct siphash_128 tag)
{
    uint32_t index;

    if (ring->count == 0)
        return NULL;
    for (uint32_t at = index_table_first(&ring->by_tag, tag_hash(tag)); index_table_at(&ring->by_tag, tag_hash(tag), &at, &index);)
        if (ring->holders[index].tag.lo == tag.lo && ring->holders[index].tag.hi == tag.hi)
            return &ring->holders[index];
    return NULL;
}

static lw_status fill(struct key_ring *ring, const struct key_list *list)
{
    if (list->count == 0)
        return LW_OK;
    ring->holders = calloc(list->count, sizeof *ring->holders);
    if (!ring->holders || index_table_init(&ring->by_tag, list->count) != LW_OK)
        return LW_NO_MEMORY;
    for (uint32_t i = 0; i < list->count; i++) {
        const struct key_entry *entry = &list->entries[i];
        struct key_holder *holder = &ring->holders[ring->count];
        holder->tag = key_ring_tag(ring, entry->public_key);
        holder->role = entry->role;
        holder->is_revoked = entry->revoked_unix_s != 0;
        memcpy(holder->name, entry->name, sizeof holder->name);
        ring->live_count += !holder->is_revoked;
        (void)index_table_add(&ring->by_tag, tag_hash(holder->tag), ring->count++);
    }
    return LW_OK;
}

static bool loses_watcher(const struct key_ring *old, const struct key_ring *fresh)
{
    for (uint32_t i = 0; i < old->count; i++)
        if (watches(&old->holders[i]) && !watches(key_ring_find(fresh, old->holders[i].tag)))
            return true;
    return false;
}

static struct file_stamp stamp_of(const char *path)
{
    struct stat info;

    if (stat(path, &info) != 0)
        return (struct file_stamp){0};
    return (struct file_stamp){.is_there = true, .inode = info.st_ino, .size = info.st_size, .changed = info.st_mtim};
}
