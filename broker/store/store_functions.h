/* SPDX-License-Identifier: Apache-2.0
 *
 * store_functions - store_functions.lua, put into the program by the build. The version is a hash of the source.
 */
#ifndef STORE_FUNCTIONS_H
#define STORE_FUNCTIONS_H

#include <stddef.h>

extern const char store_functions_source[];
extern const size_t store_functions_source_size;
extern const char store_functions_version[];

#endif
