/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "raw_list.h"
#include "worker_run.h"

enum { SHOW_SIZE_MAX = 256 * 1024 * 1024 };

static int show(const char *program, const char *directory, const char *ref)
{
    struct raw_list list;
    struct byte_buffer bytes;
    if (raw_list_open(directory, 0, INT64_MAX, &list) != LW_OK) {
        fprintf(stderr, "%s: %s: %s\n", program, directory, strerror(errno));
        return WORKER_EXIT_FAILED;
    }
    size_t at = 0;
    while (at < list.count && strcmp(list.files[at].name, ref) != 0)
        at++;
    byte_buffer_init(&bytes, SHOW_SIZE_MAX);
    const lw_status status = at < list.count ? raw_list_read(&list, &list.files[at], &bytes) : LW_NOT_FOUND;
    bool good = status == LW_OK;
    if (good)
        good = fwrite(bytes.data, 1, bytes.size, stdout) == bytes.size && fflush(stdout) == 0;
    else
        fprintf(stderr, "%s: %s holds no contact %s\n", program, directory, ref);
    byte_buffer_fini(&bytes);
    raw_list_close(&list);
    return good ? WORKER_EXIT_OK : WORKER_EXIT_FAILED;
}

int raw_show_main(int argc, char **argv, const char *program)
{
    const char *ref = NULL, *directory = NULL;
    for (int i = 1; i < argc; i++) {
        const char **value = strcmp(argv[i], "--show-raw") == 0 ? &ref : strcmp(argv[i], "--raw") == 0 ? &directory : NULL;
        if (!value || i + 1 == argc) {
            fprintf(stderr, "%s: %s %s; '%s --help' lists all\n", program, argv[i], value ? "needs a value" : "does not go with --show-raw", program);
            return WORKER_EXIT_USAGE;
        }
        *value = argv[++i];
    }
    if (!ref || !directory) {
        fprintf(stderr, "%s: --show-raw REFERENCE needs --raw DIRECTORY\n", program);
        return WORKER_EXIT_USAGE;
    }
    return show(program, directory, ref);
}
