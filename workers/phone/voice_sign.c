/* SPDX-License-Identifier: Apache-2.0 */
#include "voice_sign.h"

#include <stdio.h>
#include <string.h>

#include "secret_file.h"
#include "signature_config.h"
#include "worker_run.h"

enum { TOKEN_SIZE_MAX = 4096, ARENA_CAP = 4 * 1024 * 1024, FIRST_ARGUMENT = 2 };

static const char usage[] =
    "leadwire-phone sign --token-file FILE URL [NAME=VALUE...]\n"
    "Prints the X-Twilio-Signature of a POST to URL (as the service calls it) with these parameters.\n";

static bool read_params(struct arena *arena, char **texts, int count, struct form_fields *out);
static bool sign(struct arena *arena, const char *token, const char *url, const struct form_fields *params, char out[SIGNATURE_TEXT_MAX]);

int voice_sign_main(int argc, char **argv)
{
    char *token = NULL, signature[SIGNATURE_TEXT_MAX];
    struct arena arena;
    struct form_fields params;
    if (argc > FIRST_ARGUMENT && strcmp(argv[FIRST_ARGUMENT], "--help") == 0) {
        fputs(usage, stdout);
        return WORKER_EXIT_OK;
    }
    if (argc < FIRST_ARGUMENT + 3 || strcmp(argv[FIRST_ARGUMENT], "--token-file") != 0) {
        fputs(usage, stderr);
        return WORKER_EXIT_USAGE;
    }
    const char *token_path = argv[FIRST_ARGUMENT + 1], *url = argv[FIRST_ARGUMENT + 2];
    const lw_status status = secret_read(token_path, TOKEN_SIZE_MAX, &token);
    if (status != LW_OK) {
        fprintf(stderr, "leadwire-phone: %s: %s\n", token_path, lw_status_text(status));
        return WORKER_EXIT_FAILED;
    }
    arena_init(&arena, ARENA_CAP);
    const bool is_good = read_params(&arena, argv + FIRST_ARGUMENT + 3, argc - FIRST_ARGUMENT - 3, &params);
    const bool is_made = is_good && sign(&arena, token, url, &params, signature);
    if (is_made)
        printf("%s\n", signature);
    else
        fprintf(stderr, "leadwire-phone: %s\n", is_good ? "too large to sign" : "each parameter is NAME=VALUE");
    arena_fini(&arena);
    secret_free(&token);
    return is_made ? WORKER_EXIT_OK : is_good ? WORKER_EXIT_FAILED : WORKER_EXIT_USAGE;
}

static bool read_params(struct arena *arena, char **texts, int count, struct form_fields *out)
{
    *out = (struct form_fields){.items = arena_calloc(arena, (size_t)count + 1, sizeof *out->items)};
    for (int i = 0; i < count && out->items; i++) {
        const char *equals = strchr(texts[i], '=');
        if (!equals)
            return false;
        out->items[out->count++] = (struct form_field){
            .name = texts[i], .name_size = (size_t)(equals - texts[i]), .value = equals + 1, .value_size = strlen(equals + 1),
        };
    }
    return out->items != NULL;
}

static bool sign(struct arena *arena, const char *token, const char *url, const struct form_fields *params, char out[SIGNATURE_TEXT_MAX])
{
    const struct signature_rule *rule = signature_config_scheme(arena, "twilio", token);
    const struct signed_request request = {.method = "POST", .url = url, .form = params};
    return rule && signature_make(rule, &request, out);
}
