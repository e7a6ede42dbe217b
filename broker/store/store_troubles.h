/* SPDX-License-Identifier: Apache-2.0
 *
 * store_troubles - what can be wrong with a Redis, by name: each is counted when it is met. docs/OPERATIONS.md says what to do about each.
 *
 * Those that end the broker (`schema`, and what is met before the desk is loaded) are told by its log and its end: who ended cannot be asked.
 */
#ifndef STORE_TROUBLES_H
#define STORE_TROUBLES_H

#define STORE_TROUBLE_TABLE(X) \
    X(UNREACHABLE, "unreachable") X(SILENT, "silent") X(SLOW, "slow") X(LOADING, "loading") X(WRONG_PASSWORD, "wrong_password") \
    X(NO_RIGHTS, "no_rights") X(READ_ONLY, "read_only") X(MEMORY_NEAR_FULL, "memory_near_full") \
    X(MEMORY_FULL, "memory_full") X(DISK_FULL, "disk_full") X(AOF_ERROR, "aof_error") X(TOO_WEAK, "too_weak") \
    X(FEW_REPLICAS, "few_replicas") X(BEHIND, "behind") X(EMPTIED, "emptied") X(FOREIGN_DATA, "foreign_data") X(SCHEMA, "schema") \
    X(FUNCTION_MISSING, "function_missing") X(OTHER, "other")

enum store_trouble_kind {
#define X(name, word) STORE_TROUBLE_##name,
    STORE_TROUBLE_TABLE(X)
#undef X
    STORE_TROUBLE_COUNT
};

const char *store_trouble_word(enum store_trouble_kind kind);
/* What an error of Redis means: "READONLY You can't write against a read only replica". */
enum store_trouble_kind store_trouble_of_error(const char *error);

#endif
