/* SPDX-License-Identifier: Apache-2.0
 *
 * api_tokens - scripts that ask with a token (lib/tokens) in place of a session: as whom, how often.
 *
 * The header is `Authorization: Bearer lwt_...`; another Authorization is none of ours, since proxies send their own. A token that is not
 * good is refused, whatever cookie comes along. The file is looked at each second; a wrong one lets no token in.
 * Threads: one owner.
 */
#ifndef API_TOKENS_H
#define API_TOKENS_H

#include <sys/stat.h>

#include "rate_limit.h"
#include "request_guard.h"
#include "token_list.h"

enum { TOKEN_CALLS = 600, WRONG_TOKENS_OF_ADDRESS = 30 };   /* a minute */

struct api_tokens {
    const char *path;            /* NULL: the configuration has none */
    struct token_list list;
    struct user *users;          /* of each token: "token:NAME", without a rep */
    struct stat seen;            /* of the file as it was read */
    struct rate_limit limit;
};

/* Reads the file; what is wrong with it is logged. path: stays the caller's. Errors: LW_NO_MEMORY. */
LW_MUST_CHECK lw_status api_tokens_open(struct api_tokens *tokens, const char *path);
void api_tokens_close(struct api_tokens *tokens);   /* zeroed: accepted */
/* Reads the file again if it, or its path, is another. */
void api_tokens_look(struct api_tokens *tokens, const char *path);
/* If the request has a token: as whom it asks. False: the call was answered. */
bool api_tokens_take(struct api_tokens *tokens, struct request *request, uint64_t now_ms);
/* The user of a token's streams; NULL: it is good no more, or the holder is none of ours. */
const struct user *api_tokens_user(const struct api_tokens *tokens, uint64_t holder);

#endif
