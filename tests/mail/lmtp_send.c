/* SPDX-License-Identifier: Apache-2.0
 * A mail server's queue: brings each mail by LMTP, again and again until somebody takes it or refuses it.
 *
 *   lmtp_send WHERE RECIPIENT FILE...     a line for each: the last reply, and how many tries it took */
#include "lmtp_peer.h"
#include "mail_file.h"
#include "wall_clock.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRY_MAX_MS = 20000, REPLY_MAX_MS = 10000, PAUSE_MS = 5 };

/* What was heard from `until` on, a whole line at least; "" when the connection ends first. */
static const char *ask(struct lmtp_peer *peer, const char *words, const char *until)
{
    uint64_t deadline_ms = wall_clock_monotonic_ms() + REPLY_MAX_MS;
    lmtp_peer_forget(peer);
    if (words[0] && !lmtp_peer_say(peer, words))
        return "";
    while (!peer->ended && wall_clock_monotonic_ms() < deadline_ms) {
        lmtp_peer_hear(peer);
        const char *found = strstr(peer->heard, until);
        if (found && strchr(found, '\n'))
            return found;
    }
    return "";
}

/* One try: the reply to the mail; "" when there was none. */
static const char *bring(struct lmtp_peer *peer, const char *where, const char *recipient, const char *mail)
{
    char to[512];
    snprintf(to, sizeof to, "RCPT TO:<%s>\r\n", recipient);
    if (!lmtp_peer_open(peer, where))
        return "";
    bool ready = *ask(peer, "", "220 ") && *ask(peer, "LHLO mx\r\n", "250 SIZE") &&
                 *ask(peer, "MAIL FROM:<queue@buyer.example>\r\n", "250 ") && *ask(peer, to, "250 ") &&
                 *ask(peer, "DATA\r\n", "354 ");
    if (!ready || !lmtp_peer_say(peer, mail))
        return "";
    return *ask(peer, "\r\n.\r\n", " ") ? peer->heard : "";
}

int main(int argc, char **argv)
{
    static struct lmtp_peer peer;
    if (argc < 4) {
        fprintf(stderr, "lmtp_send WHERE RECIPIENT FILE...\n");
        return 2;
    }
    for (int i = 3; i < argc; i++) {
        size_t size = 0;
        char *mail = mail_file_read(argv[i], &size);
        const char *reply = "";
        unsigned tries = 0;
        uint64_t deadline_ms = wall_clock_monotonic_ms() + TRY_MAX_MS;
        while (mail && reply[0] != '2' && reply[0] != '5' && wall_clock_monotonic_ms() < deadline_ms) {
            if (tries++ > 0)
                poll(NULL, 0, PAUSE_MS);
            peer.fd = -1;
            reply = bring(&peer, argv[1], argv[2], mail);
            lmtp_peer_close(&peer);
        }
        printf("%.*s after %u\n", (int)strcspn(reply, "\r\n"), reply, tries);
        fflush(stdout);
        free(mail);
    }
    return 0;
}
