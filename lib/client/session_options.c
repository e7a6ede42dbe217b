/* SPDX-License-Identifier: Apache-2.0 */
#include "session_options.h"

#include <stdlib.h>
#include <string.h>

#include "secret_file.h"

static bool copy_text(const char **text);

const char *session_options_check(const struct session_options *options)
{
    if (!options->endpoint || !*options->endpoint)
        return "the endpoint is missing";
    if (!options->desk || !*options->desk || strlen(options->desk) > LW_NAME_MAX)
        return "the desk's name is missing or too long";
    if (options->client && strlen(options->client) > LW_NAME_MAX)
        return "the client's name is too long";
    if (options->role == LEADWIRE__V1__ROLE__ROLE_REP) {
        if (!options->rep || !*options->rep || strlen(options->rep) > LW_NAME_MAX)
            return "the rep's name is missing or too long";
        bool has_key = options->key_file && *options->key_file, has_secret = options->secret && *options->secret;
        if ((!has_key && !has_secret) || (has_secret && strlen(options->secret) > SESSION_SECRET_MAX))
            return "the secret is missing or too long";
    }
    if (options->pending_max > PENDING_MAX)
        return "pending_max is above its bound";
    return NULL;
}

bool session_options_copy(struct session_options *copy, const struct session_options *options)
{
    *copy = *options;
    const char **texts[] = {&copy->endpoint, &copy->desk, &copy->client, &copy->rep, &copy->secret, &copy->key_file};
    bool all = true;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        all = copy_text(texts[i]) && all;
    return all;
}

void session_options_free(struct session_options *options)
{
    if (options->secret)
        secret_wipe((char *)options->secret, strlen(options->secret));
    free((char *)options->endpoint);
    free((char *)options->desk);
    free((char *)options->client);
    free((char *)options->rep);
    free((char *)options->secret);
    free((char *)options->key_file);
    *options = (struct session_options){0};
}

static bool copy_text(const char **text)
{
    *text = strdup(*text ? *text : "");
    return *text != NULL;
}
