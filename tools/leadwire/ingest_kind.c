/* SPDX-License-Identifier: Apache-2.0 */
#include "ingest_kind.h"

#include <string.h>

static const char *const kinds[] = {"mail", "web", "phone"};
enum { KIND_COUNT = sizeof kinds / sizeof kinds[0] };

static const char *as_it_begins(const char *text)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (strncmp(text, kinds[i], strlen(kinds[i])) == 0)
            return kinds[i];
    }
    return NULL;
}

static const char *exactly(const char *text)
{
    const char *kind = as_it_begins(text);
    return kind != NULL && strcmp(kind, text) == 0 ? kind : NULL;
}

const char *ingest_kind_find(const struct cli *cli, const char *given, const char *config_path, const char *source)
{
    const char *kind;
    if (given != NULL) {
        kind = exactly(given);
        if (kind == NULL)
            cli_usage_error(cli, "--kind is mail, web or phone, not '%.32s'", given);
    } else if (config_path != NULL) {
        const char *slash = strrchr(config_path, '/');
        kind = as_it_begins(slash != NULL ? slash + 1 : config_path);
        if (kind == NULL)
            cli_usage_error(cli, "say with --kind whose configuration %s is: mail, web or phone", config_path);
    } else {
        kind = exactly(source);
        if (kind == NULL)
            cli_usage_error(cli, "without --config the source is mail, web or phone; '%.64s' needs the file that has it, or --kind", source);
    }
    return kind;
}
