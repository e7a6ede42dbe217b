/* SPDX-License-Identifier: Apache-2.0
 *
 * voice_sign - leadwire-phone sign: the signature that the telephony service would send with a webhook.
 *
 * For trying out a set-up with curl, and for finding out why signatures differ. Threads: none.
 */
#ifndef VOICE_SIGN_H
#define VOICE_SIGN_H

/* argv as main has it: leadwire-phone sign --token-file FILE URL [NAME=VALUE...]. Prints the signature.
 * Gives the exit code: 0 done, 1 failed, 2 wrong arguments. */
int voice_sign_main(int argc, char **argv);

#endif
