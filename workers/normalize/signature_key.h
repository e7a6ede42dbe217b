/* SPDX-License-Identifier: Apache-2.0
 *
 * signature_key - public keys of signatures. signature_rule_set_key is in its source too.
 */
#ifndef SIGNATURE_KEY_H
#define SIGNATURE_KEY_H

#include "signature.h"

/* True if the signature (ECDSA: as DER) over the text is by the rule's key. ECDSA and Ed25519 only. */
bool signature_key_verify(const struct signature_rule *rule, const unsigned char *text, size_t text_size,
                          const unsigned char *signature, size_t signature_size);

#endif
