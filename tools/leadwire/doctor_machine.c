/* SPDX-License-Identifier: Apache-2.0
 *
 * What Leadwire needs of the machine: a private directory, descriptors, disk, a sane clock, no port open to the world.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "doctor.h"
#include "wall_clock.h"
#include "words.h"

enum { DESCRIPTORS_MIN = 4096, DISK_MIN_MIB = 512 };
static const int64_t BUILT_AFTER_UNIX_MS = 1735689600000;   /* 2025-01-01: no clock of a working machine is earlier */

void doctor_check_run_dir(struct doctor *doctor, const char *run_dir)
{
    struct stat info;
    if (stat(run_dir, &info) != 0) {
        doctor_say(doctor, FINDING_BAD, "run-dir", "start leadwire-broker, which makes it, or give --run-dir", "%.100s: %s", run_dir, strerror(errno));
    } else if (!S_ISDIR(info.st_mode)) {
        doctor_say(doctor, FINDING_BAD, "run-dir", "give a directory with --run-dir", "%.100s is not a directory", run_dir);
    } else if ((info.st_mode & 0777) != 0700) {
        doctor_say(doctor, FINDING_BAD, "run-dir", "chmod 700 on it: the directory is the only lock of the sockets in it",
                   "%.100s has mode %04o, not 0700", run_dir, (unsigned)(info.st_mode & 0777));
    } else if (info.st_uid != geteuid() && geteuid() != 0) {
        doctor_say(doctor, FINDING_BAD, "run-dir", "run this as the broker's user", "%.100s belongs to user %u, and we are %u", run_dir,
                   (unsigned)info.st_uid, (unsigned)geteuid());
    } else {
        doctor_say(doctor, FINDING_GOOD, "run-dir", "", "%.100s is private (0700)", run_dir);
    }
}

static void check_descriptors(struct doctor *doctor)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    if (limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < DESCRIPTORS_MIN)
        doctor_say(doctor, FINDING_WARNING, "descriptors", "ulimit -n 4096, or LimitNOFILE=4096 in the service", "%llu open files are allowed here",
                   (unsigned long long)limit.rlim_cur);
    else
        doctor_say(doctor, FINDING_GOOD, "descriptors", "", "enough open files are allowed");
}

static void check_disk(struct doctor *doctor, const char *run_dir)
{
    struct statvfs disk;
    char words[WORDS_SIZE];
    if (statvfs(run_dir, &disk) != 0 && statvfs("/", &disk) != 0)
        return;
    const uint64_t free_bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
    words_size(free_bytes, words);
    if (free_bytes < (uint64_t)DISK_MIN_MIB * 1024 * 1024)
        doctor_say(doctor, FINDING_WARNING, "disk", "make room: Redis rewrites its file beside the old one", "%s are free", words);
    else
        doctor_say(doctor, FINDING_GOOD, "disk", "", "%s are free", words);
}

static void check_clock(struct doctor *doctor)
{
    if (wall_clock_unix_ms() < BUILT_AFTER_UNIX_MS)
        doctor_say(doctor, FINDING_BAD, "clock", "set the clock, and let it be kept (systemd-timesyncd, chrony)", "the clock is years behind");
    else
        doctor_say(doctor, FINDING_GOOD, "clock", "", "plausible");
}

/* One row of /proc/net/tcp{,6}: "sl local_address rem_address st ...". True if it listens beyond loopback on one of ports. */
static bool listens_openly(const char *row, const unsigned *ports, size_t port_count, unsigned *port_out)
{
    char address[40];
    unsigned port = 0, state = 0;
    if (sscanf(row, " %*[^:]: %39[0-9A-F]:%x %*s %x", address, &port, &state) != 3 || state != 0x0A)
        return false;
    /* Both tables print words of the address in host order: 127.0.0.1 is 0100007F, ::1 ends in 01000000. */
    const size_t size = strlen(address);
    const bool is_loopback = (size == 8 && strcmp(address + 6, "7F") == 0) ||
                             (size == 32 && (strcmp(address, "00000000000000000000000001000000") == 0 ||
                                             (strncmp(address, "0000000000000000FFFF0000", 24) == 0 && strcmp(address + 30, "7F") == 0)));
    *port_out = port;
    for (size_t i = 0; i < port_count && !is_loopback; i++) {
        if (ports[i] == port)
            return true;
    }
    return false;
}

/* The doors' usual ports; a web server in front is what the world may see. */
static void check_ports(struct doctor *doctor)
{
    static const unsigned ports[] = {8080, 8081, 6379};
    static const char *const tables[] = {"/proc/net/tcp", "/proc/net/tcp6"};
    unsigned open_port = 0;
    bool found = false;
    for (size_t i = 0; i < 2 && !found; i++) {
        FILE *file = fopen(tables[i], "r");
        char row[256];
        while (file != NULL && !found && fgets(row, sizeof row, file) != NULL)
            found = listens_openly(row, ports, sizeof ports / sizeof ports[0], &open_port);
        if (file != NULL)
            fclose(file);
    }
    if (found)
        doctor_say(doctor, FINDING_WARNING, "ports", "let it listen on 127.0.0.1, with a web server (TLS) in front",
                   "something listens on port %u beyond loopback", open_port);
    else
        doctor_say(doctor, FINDING_GOOD, "ports", "", "nothing of ours listens beyond loopback (8080, 8081, 6379)");
}

void doctor_check_machine(struct doctor *doctor, const char *run_dir)
{
    check_descriptors(doctor);
    check_disk(doctor, run_dir);
    check_clock(doctor);
    check_ports(doctor);
}
