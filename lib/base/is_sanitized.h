/* SPDX-License-Identifier: Apache-2.0
 *
 * is_sanitized - whether this build runs under the address sanitizer, where pools of memory are malloc's.
 */
#ifndef IS_SANITIZED_H
#define IS_SANITIZED_H

#if defined(__SANITIZE_ADDRESS__)
enum { IS_SANITIZED = 1 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
enum { IS_SANITIZED = 1 };
#else
enum { IS_SANITIZED = 0 };
#endif
#else
enum { IS_SANITIZED = 0 };
#endif

#endif
