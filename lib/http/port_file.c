/* SPDX-License-Identifier: Apache-2.0 */
#include "port_file.h"

#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

enum { PATH_SIZE_MAX = 4096 };

lw_status port_file_write(const char *path, uint16_t port)
{
    char part[PATH_SIZE_MAX];
    if (snprintf(part, sizeof part, "%s.part", path) >= (int)sizeof part)
        return LW_INVALID;
    FILE *file = fopen(part, "w");
    if (!file)
        return LW_IO;
    bool written = fprintf(file, "%u\n", port) > 0;
    if (fclose(file) != 0 || !written || rename(part, path) != 0) {
        unlink(part);
        return LW_IO;
    }
    return LW_OK;
}
