/* SPDX-License-Identifier: Apache-2.0 */
#include "full_disk.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "mail_scratch.h"

enum { PLACE_SIZE = 256 };

static const char *place_of(const char *folder, const char *suffix, char out[PLACE_SIZE])
{
    if (snprintf(out, PLACE_SIZE, "%s/full%s", folder, suffix) >= PLACE_SIZE)
        abort();
    return out;
}

static void must(int result, const char *what)
{
    if (result == 0)
        return;
    perror(what);
    abort();
}

void full_disk_preload(const char *folder)
{
    static const char shim[] = LEADWIRE_BIN_DIR "/../tests/full_disk_shim.so";
    const char *options = getenv("ASAN_OPTIONS");
    char place[PLACE_SIZE], text[512];
    snprintf(text, sizeof text, "%s%sverify_asan_link_order=0", options ? options : "", options && options[0] ? ":" : "");
    must(access(shim, R_OK), shim);
    must(setenv("ASAN_OPTIONS", text, 1), "setenv");   /* its runtime need not be the first library: the shim has none */
    must(setenv("LEADWIRE_FULL_DISK", place_of(folder, "", place), 1), "setenv");
    must(setenv("LD_PRELOAD", shim, 1), "setenv");
}

void full_disk_forget(void)
{
    must(unsetenv("LD_PRELOAD"), "unsetenv");
}

void full_disk_set(const char *folder, const char *error)
{
    char place[PLACE_SIZE], made[PLACE_SIZE], words[64];
    place_of(folder, "", place);
    if (!error) {
        must(unlink(place), place);
        return;
    }
    snprintf(words, sizeof words, "%s raw\n", error);
    mail_scratch_write(place_of(folder, ".new", made), words, 0);
    must(rename(made, place), place);
}
