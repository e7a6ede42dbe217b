/* SPDX-License-Identifier: Apache-2.0 */
#include "secret_file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static lw_status check_file(int fd, size_t *size_out);
static lw_status read_whole(int fd, size_t most, char **out, size_t *size_out);
static lw_status read_up_to(int fd, char *bytes, size_t capacity, size_t *size_out);
static lw_status trim_and_check(char *text, size_t size);

lw_status secret_read(const char *path, size_t size_max, char **out)
{
    assert(size_max < SIZE_MAX - 1);

    char *secret = NULL;
    size_t size = 0;

    *out = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);    /* a FIFO must not hold us */
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? LW_NOT_FOUND : LW_IO;

    size_t expected = 0;
    lw_status status = check_file(fd, &expected);
    if (status == LW_OK)
        status = read_whole(fd, expected < size_max ? expected : size_max, &secret, &size);
    if (status == LW_TOO_LARGE && expected < size_max)
        status = read_whole(fd, size_max, &secret, &size);      /* it grew meanwhile, or cannot tell its size */
    if (status == LW_OK)
        status = trim_and_check(secret, size);
    if (status == LW_OK) {
        *out = secret;
        secret = NULL;
    }
    if (secret) {
        secret_wipe(secret, size);
        free(secret);
    }
    int errno_of_status = errno;
    close(fd);
    errno = errno_of_status;
    return status;
}

void secret_free(char **secret)
{
    if (!secret || !*secret)
        return;
    secret_wipe(*secret, strlen(*secret));
    free(*secret);
    *secret = NULL;
}

/* Through volatile: a compiler drops a memset before free. */
void secret_wipe(void *bytes, size_t size)
{
    volatile unsigned char *at = bytes;

    while (size-- > 0)
        *at++ = 0;
}

bool secret_equal(const char *expected, const char *given)
{
    size_t expected_size = strlen(expected), given_size = strlen(given);
    unsigned difference = expected_size != given_size || expected_size == 0;

    for (size_t i = 0; i < given_size; i++)
        difference |= (unsigned)((unsigned char)given[i] ^ (unsigned char)expected[i % (expected_size + 1)]);
    return difference == 0;
}

static lw_status check_file(int fd, size_t *size_out)
{
    struct stat info;

    if (fstat(fd, &info) != 0)
        return LW_IO;
    if (!S_ISREG(info.st_mode)) {
        errno = EINVAL;
        return LW_IO;
    }
    if (info.st_mode & (S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH))
        return LW_REFUSED;
    *size_out = (size_t)info.st_size;
    return LW_OK;
}

/* From its beginning, into memory for `most` bytes and no more: a caller's bound may be a thousand times the file, and memory of that size,
 * once given back, has the allocator keep all that is smaller in its heap. LW_TOO_LARGE: there are more. *out is the caller's to wipe, after an error too. */
static lw_status read_whole(int fd, size_t most, char **out, size_t *size_out)
{
    if (*out) {
        secret_wipe(*out, *size_out);
        free(*out);
    }
    *size_out = 0;
    *out = malloc(most + 2);      /* one to see that there is more, one for the NUL */
    if (!*out)
        return LW_NO_MEMORY;
    if (lseek(fd, 0, SEEK_SET) != 0)
        return LW_IO;
    lw_status status = read_up_to(fd, *out, most + 1, size_out);
    return status == LW_OK && *size_out > most ? LW_TOO_LARGE : status;
}

/* *size_out counts what is in bytes even after an error, so that it can be wiped. */
static lw_status read_up_to(int fd, char *bytes, size_t capacity, size_t *size_out)
{
    while (*size_out < capacity) {
        ssize_t got = read(fd, bytes + *size_out, capacity - *size_out);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return LW_IO;
        if (got == 0)
            break;
        *size_out += (size_t)got;
    }
    return LW_OK;
}

static lw_status trim_and_check(char *text, size_t size)
{
    if (size > 0 && text[size - 1] == '\n') {
        size--;
        if (size > 0 && text[size - 1] == '\r')
            size--;
    }
    if (size == 0 || memchr(text, 0, size))
        return LW_INVALID;
    text[size] = '\0';
    return LW_OK;
}
