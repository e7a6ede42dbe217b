/* SPDX-License-Identifier: Apache-2.0 */
#include <leadwire/lead.h>

const char *lw_channel_name(lw_channel channel)
{
    switch (channel) {
    case LW_CHANNEL_PHONE: return "phone";
    case LW_CHANNEL_WEB: return "web";
    case LW_CHANNEL_EMAIL: return "email";
    case LW_CHANNEL_IMPORT: return "import";
    case LW_CHANNEL_CHAT: return "chat";
    case LW_CHANNEL_NONE: break;
    }
    return "none";
}
