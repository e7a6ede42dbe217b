/* SPDX-License-Identifier: Apache-2.0 */
#include "key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include "roles.h"
#include "secret_file.h"

enum { FILE_SIZE_MAX = 4096, PATH_SIZE = 4096 };

static const char space[] = " \t\r";

static const char *read_lines(char *text, struct key_file *out);
static const char *read_line(char *line, struct key_file *out);
static const char *check(const struct key_file *key);
static lw_status put_file(const char *path, const char *fresh, const struct key_file *key);

lw_status key_file_make(struct key_file *key)
{
    return zmq_curve_keypair(key->public_key, key->secret_key) == 0 ? LW_OK : LW_UNSUPPORTED;
}

lw_status key_file_read(const char *path, struct key_file *out, char *why)
{
    char *text = NULL;
    const char *problem = NULL;

    *out = (struct key_file){0};
    lw_status status = secret_read(path, FILE_SIZE_MAX, &text);
    if (status == LW_OK) {
        size_t size = strlen(text);
        problem = read_lines(text, out);
        secret_wipe(text, size);      /* its lines were cut */
        if (!problem)
            problem = check(out);
        status = problem ? LW_INVALID : LW_OK;
    } else if (status == LW_IO) {
        problem = strerror(errno);
    } else {
        problem = status == LW_REFUSED ? "others than its owner can read it; chmod 600 it" : lw_status_text(status);
    }
    secret_free(&text);
    if (status != LW_OK) {
        key_file_wipe(out);
        snprintf(why, KEY_WHY_MAX, "%.200s: %s", path, problem);
    }
    return status;
}

/* A link is made or not: nobody ever reads half a key. */
lw_status key_file_write(const char *path, const struct key_file *key, char *why)
{
    char fresh[PATH_SIZE];

    if ((size_t)snprintf(fresh, sizeof fresh, "%s.%ld", path, (long)getpid()) >= sizeof fresh) {
        snprintf(why, KEY_WHY_MAX, "the path is too long");
        return LW_IO;
    }
    lw_status status = put_file(path, fresh, key);
    int error = errno;
    unlink(fresh);
    if (status == LW_DUPLICATE)
        snprintf(why, KEY_WHY_MAX, "%.200s is there already", path);
    else if (status != LW_OK)
        snprintf(why, KEY_WHY_MAX, "%.200s: %s", path, strerror(error));
    return status;
}

void key_file_wipe(struct key_file *key)
{
    secret_wipe(key, sizeof *key);
}

bool key_decode(const char *text, uint8_t out[KEY_SIZE])
{
    return strlen(text) == KEY_TEXT_SIZE - 1 && zmq_z85_decode(out, text) != NULL;
}

void key_fingerprint(const uint8_t public_key[KEY_SIZE], char out[KEY_FINGERPRINT_SIZE])
{
    for (int i = 0; i < KEY_FINGERPRINT_SIZE / 2; i++)
        snprintf(out + 2 * i, 3, "%02x", public_key[i]);
}

bool key_name_is_fine(const char *name)
{
    size_t size = strlen(name);

    for (size_t i = 0; i < size; i++)
        if ((unsigned char)name[i] <= ' ' || name[i] == 0x7f || name[i] == '/')
            return false;
    return size >= 1 && size <= LW_NAME_MAX && name[0] != '.';
}

/* NULL, or what is wrong. */
static const char *read_lines(char *text, struct key_file *out)
{
    char *rest = NULL;

    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        const char *problem = read_line(line, out);
        if (problem)
            return problem;
    }
    return NULL;
}

static const char *read_line(char *line, struct key_file *out)
{
    const struct { const char *word; char *to; size_t size; } fields[] = {
        {"role", out->role, sizeof out->role},
        {"name", out->name, sizeof out->name},
        {"public", out->public_key, sizeof out->public_key},
        {"secret", out->secret_key, sizeof out->secret_key},
        {"server", out->server_key, sizeof out->server_key},
    };
    char *rest = NULL, *word = *line == '#' ? NULL : strtok_r(line, space, &rest);

    if (!word)
        return NULL;
    const char *value = strtok_r(NULL, space, &rest);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (strcmp(word, fields[i].word) != 0)
            continue;
        if (!value || strlen(value) >= fields[i].size || *fields[i].to || strtok_r(NULL, space, &rest))
            return "a line is role, name, public, secret or server and one value, and none stands twice";
        memcpy(fields[i].to, value, strlen(value) + 1);
        return NULL;
    }
    return "this is no key file of Leadwire";
}

static const char *check(const struct key_file *key)
{
    bool is_server = strcmp(key->role, KEY_ROLE_SERVER) == 0;
    char public_key[KEY_TEXT_SIZE];
    uint8_t bytes[KEY_SIZE];

    if (!is_server && roles_find(key->role) == ROLE_NOBODY)
        return "its role is none of publisher, rep, events, manager, admin";
    if (!key_name_is_fine(key->name))
        return "its name is missing, or cannot be one";
    bool decodes = key_decode(key->secret_key, bytes);
    secret_wipe(bytes, sizeof bytes);
    if (!decodes || zmq_curve_public(public_key, key->secret_key) != 0 || strcmp(public_key, key->public_key) != 0)
        return "its public and its secret key are no pair";
    if (!is_server && !key_decode(key->server_key, bytes))
        return "the server's public key is missing or none";
    return NULL;
}

static lw_status put_file(const char *path, const char *fresh, const struct key_file *key)
{
    int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool is_written = fd >= 0
        && dprintf(fd, "# Leadwire key. Secret: for its owner only.\nrole %s\nname %s\npublic %s\nsecret %s\n", key->role, key->name,
                   key->public_key, key->secret_key) > 0
        && (!*key->server_key || dprintf(fd, "server %s\n", key->server_key) > 0)
        && fsync(fd) == 0;

    if (fd >= 0 && close(fd) != 0)
        is_written = false;
    if (!is_written)
        return LW_IO;
    if (link(fresh, path) == 0)
        return LW_OK;
    return errno == EEXIST ? LW_DUPLICATE : LW_IO;
}
