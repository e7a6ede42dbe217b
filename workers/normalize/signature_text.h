/* SPDX-License-Identifier: Apache-2.0
 *
 * signature_text - what a webhook's signature is made over, from a template.
 *
 *   {method} {url} {body} {timestamp}
 *   {url_decoded}       the URL with the escapes of :/?@!$'()*,; undone
 *   {header:NAME}       that header
 *   {field:PATH}        that field of the form or document
 *   {sorted_fields}     name and value of each field of a form, by name; of nothing but a form
 *   anything else       as it stands
 *
 * Threads: none.
 */
#ifndef SIGNATURE_TEXT_H
#define SIGNATURE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "byte_buffer.h"
#include "form_fields.h"

enum { SIGNATURE_TEMPLATE_MAX = 256 };

/* Where a value of a request stands. */
struct signature_place {
    const char *name;   /* of a header; or of a form's field, or a path in a document */
    bool is_field;
};

/* What the verifier must know of a request. Everything is borrowed. */
struct signed_request {
    const char *method;              /* "POST" */
    const char *url;                 /* whole, as the sender called it; NULL: not known */
    const char *body;
    size_t body_size;
    const struct form_fields *form;  /* NULL: the body is not a urlencoded form */
    /* The value of a header or field; NULL if there is none. */
    const char *(*find)(const void *context, const struct signature_place *place, size_t *size_out);
    const void *context;
};

/* NULL when the template is well-formed, else what is wrong with it. */
const char *signature_text_problem(const char *template);
/* True if it has this variable: "url", or "field:" for any field. */
bool signature_text_uses(const char *template, const char *variable);
bool signature_text_uses_field(const char *template, const char *name);
/* Appends the text. False: something that it names is not there, or (out->failed) memory. */
bool signature_text_write(const char *template, const struct signed_request *request, const char *timestamp,
                          size_t timestamp_size, struct byte_buffer *out);

#endif
