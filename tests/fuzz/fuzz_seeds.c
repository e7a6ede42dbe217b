/* SPDX-License-Identifier: Apache-2.0
 *
 * Gives a driver each file of its corpus, and each cut short at some places: without libFuzzer, with any compiler.
 *
 *   fuzz_seeds FOLDER...
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "door_promises.h"

enum { SEED_SIZE_MAX = 1 << 20, CUTS = 16 };

static void give(const uint8_t *bytes, size_t size)
{
    uint8_t *exact = malloc(size ? size : 1);   /* asan sees a step outside */
    if (!exact)
        abort();
    memcpy(exact, bytes, size);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
}

static void give_file(const char *path)
{
    static uint8_t bytes[SEED_SIZE_MAX];
    FILE *file = fopen(path, "rb");
    if (!file)
        return;
    const size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    give(bytes, size);
    for (size_t i = 0; i < CUTS; i++)
        give(bytes, size * i / CUTS);
}

int main(int argc, char **argv)
{
    size_t count = 0;
    for (int i = 1; i < argc; i++) {
        DIR *folder = opendir(argv[i]);
        const struct dirent *entry;
        while (folder && (entry = readdir(folder)) != NULL) {
            char path[4096];
            if (entry->d_name[0] == '.')
                continue;
            snprintf(path, sizeof path, "%s/%s", argv[i], entry->d_name);
            give_file(path);
            count++;
        }
        if (folder)
            closedir(folder);
    }
    printf("%zu seeds held, whole and cut short\n", count);
    return count > 0 ? 0 : 1;
}
