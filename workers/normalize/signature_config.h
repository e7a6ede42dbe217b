/* SPDX-License-Identifier: Apache-2.0
 *
 * signature_config - how a source signs, as the configuration file says.
 *
 *   signature:
 *     scheme: typeform               twilio, meta, typeform, hubspot, mailgun, sendgrid, telnyx,
 *                                    standard-webhooks, google-ads
 *     secret_file: typeform.secret   or secret_env: NAME, a variable of the environment; a public key where
 *                                    the scheme has one
 *     max_age: 5m                    of schemes that sign a time; 0s: however old
 *
 *   signature:
 *     scheme: generic                spelled out:
 *     algorithm: hmac-sha256         hmac-sha1, ecdsa-p256, ed25519, shared-key
 *     encoding: hex                  or base64
 *     secret_encoding: text          or base64 (HMAC)
 *     header: X-Signature            or field: PATH
 *     prefix: "sha256="
 *     signed: "{timestamp}.{body}"   see signature_text.h
 *     timestamp_header: X-Timestamp  or timestamp_field: PATH
 *     timestamp_unit: s              or ms
 *     secret_file, secret_env, max_age as above
 */
#ifndef SIGNATURE_CONFIG_H
#define SIGNATURE_CONFIG_H

#include "signature.h"
#include "yaml_doc.h"

/* NULL node: NULL. Problems go to the document; what comes back is then not to be used. In the arena. */
const struct signature_rule *signature_config_read(struct yaml_doc *doc, struct arena *arena, const char *config_path,
                                                   const struct yaml_node *node);
/* The rule of a key that the sender shows in a header. NULL at the arena's cap. */
const struct signature_rule *signature_config_key(struct arena *arena, const char *header, const char *secret);
/* A row of the table with its secret. NULL at the arena's cap. */
const struct signature_rule *signature_config_scheme(struct arena *arena, const char *scheme, const char *secret);

#endif
