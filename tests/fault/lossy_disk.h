/* SPDX-License-Identifier: Apache-2.0
 *
 * lossy_disk - power cuts for a redis_fixture: what was never synced is gone.
 *
 * lossy_disk_shim, preloaded into redis-server, notes what each fsync and fdatasync makes durable: how much of a file, which names
 * of a directory. A cut leaves that of the append-only files, and nothing else. A disk may have more than was synced: with a
 * `random`, each file keeps a part of its unsynced end, drawn by it.
 *
 * Functions that cannot do their work end the test with a sentence.
 */
#ifndef LOSSY_DISK_H
#define LOSSY_DISK_H

#include <stdint.h>

#include "redis_fixture.h"
#include "seeded.h"

struct lossy_disk {
    char notes[64];                       /* the shim's folder */
    uint64_t lost_bytes, kept_bytes;      /* of unsynced ends, in all cuts */
    unsigned lost_files;                  /* that were never synced, or whose name was not */
};

/* Before redis_fixture_open: each redis-server of this test runs on it. */
void lossy_disk_open(struct lossy_disk *disk);
void lossy_disk_close(struct lossy_disk *disk);
/* While the server does not run, after kill -9. random: NULL keeps nothing that was not synced. */
void lossy_disk_cut(struct lossy_disk *disk, struct redis_fixture *redis, struct seeded *random);

#endif
