/* SPDX-License-Identifier: Apache-2.0
 *
 * web_url - is this an address that a browser may be sent to? Pure; nothing is fetched.
 */
#ifndef WEB_URL_H
#define WEB_URL_H

#include <stdbool.h>

/* http:// or https:// in any case, with a host; printable ASCII only, so that it is one word in every text that shows it. */
bool web_url_is_valid(const char *url);

#endif
