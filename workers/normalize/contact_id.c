/* SPDX-License-Identifier: Apache-2.0 */
#include "contact_id.h"

#include <assert.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "binary_text.h"
#include "text_clean.h"

/* Looked up and made once: both take the library longer than a contact's hash. */
static EVP_MD_CTX *sha256_begin(void)
{
    static EVP_MD *found;
    static EVP_MD_CTX *context;
    if (!found)
        found = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (!context)
        context = EVP_MD_CTX_new();
    return found && context && EVP_DigestInit_ex(context, found, NULL) ? context : NULL;
}

void contact_hash_hex(const char *source, const void *bytes, size_t size, char hex[65])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *context = sha256_begin();
    /* SHA-256 of bytes in memory cannot fail but for want of memory; an id that is not the content's must never leave. */
    if (!context || !EVP_DigestUpdate(context, source, strlen(source) + 1) || !EVP_DigestUpdate(context, bytes, size) ||
        !EVP_DigestFinal_ex(context, digest, NULL) || !binary_text_to_hex(digest, 32, hex, 65))
        abort();
}

void contact_id_from_bytes(const char *source, const void *bytes, size_t size, char id[LW_IDEMPOTENCY_ID_MAX + 1])
{
    char hex[65];
    contact_hash_hex(source, bytes, size, hex);
    snprintf(id, LW_IDEMPOTENCY_ID_MAX + 1, "sha256:%s", hex);
}

void contact_id_from_source(const char *source, const char *given, size_t size, char id[LW_IDEMPOTENCY_ID_MAX + 1])
{
    assert(size > 0);
    bool usable = size <= LW_IDEMPOTENCY_ID_MAX;
    for (size_t at = 0; usable && at < size;) {
        uint32_t c = text_next(given, size, &at);
        usable = c >= 0x20 && c != 0xFFFD && !(c >= 0x7F && c < 0xA0);
    }
    if (!usable) {
        contact_id_from_bytes(source, given, size, id);
        return;
    }
    memcpy(id, given, size);
    id[size] = '\0';
}
