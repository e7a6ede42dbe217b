/* SPDX-License-Identifier: Apache-2.0 */
#include <leadwire/status.h>

const char *lw_status_text(lw_status status)
{
    switch (status) {
#define X(name, number, text) case name: return text;
    LW_STATUS_TABLE(X)
#undef X
    }
    return "unknown status";
}

const char *lw_status_name(lw_status status)
{
    switch (status) {
#define X(name, number, text) case name: return #name;
    LW_STATUS_TABLE(X)
#undef X
    }
    return "unknown status";
}
