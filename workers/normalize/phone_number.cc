// SPDX-License-Identifier: Apache-2.0
#include "phone_number.h"

#include "phone_plan.h"

#include <cstdio>
#include <cstring>
#include <set>
#include <string>

#include <phonenumbers/phonenumberutil.h>

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

#ifdef LEADWIRE_PHONE_TABLES
// Exported by the library, and in none of its installed headers.
namespace i18n {
namespace phonenumbers {
int metadata_size();
const void *metadata_get();
}
}
#endif

namespace {

const char *kind_name(PhoneNumberUtil::PhoneNumberType type)
{
    switch (type) {
    case PhoneNumberUtil::FIXED_LINE: return "fixed";
    case PhoneNumberUtil::MOBILE: return "mobile";
    case PhoneNumberUtil::FIXED_LINE_OR_MOBILE: return "";
    case PhoneNumberUtil::TOLL_FREE: return "toll_free";
    case PhoneNumberUtil::PREMIUM_RATE: return "premium";
    case PhoneNumberUtil::SHARED_COST: return "shared";
    case PhoneNumberUtil::VOIP: return "voip";
    case PhoneNumberUtil::PERSONAL_NUMBER: return "personal";
    case PhoneNumberUtil::PAGER: return "pager";
    case PhoneNumberUtil::UAN: return "uan";
    case PhoneNumberUtil::VOICEMAIL: return "voicemail";
    default: return "";
    }
}

void copy(char *to, size_t capacity, const std::string &from)
{
    std::snprintf(to, capacity, "%s", from.c_str());
}

constexpr int READ_AGAIN_MAX = 4;

bool read(const std::string &raw, const std::string &region, struct phone_number *out, int again = READ_AGAIN_MAX)
{
    const PhoneNumberUtil &util = *PhoneNumberUtil::GetInstance();
    PhoneNumber number;
    if (util.Parse(raw, region, &number) != PhoneNumberUtil::NO_PARSING_ERROR || !util.IsPossibleNumber(number))
        return false;

    std::string e164, number_region;
    util.Format(number, PhoneNumberUtil::E164, &e164);
    util.GetRegionCodeForNumber(number, &number_region);
    if (number_region == "ZZ" || number_region == "001")
        number_region.clear();
    if (e164.size() >= sizeof out->e164 || number_region.size() >= sizeof out->region)
        return false;
    copy(out->e164, sizeof out->e164, e164);
    copy(out->region, sizeof out->region, number_region);
    // Valid is what has a type: IsValidNumber would look through the same patterns again.
    const PhoneNumberUtil::PhoneNumberType type = util.GetNumberType(number);
    out->valid = type != PhoneNumberUtil::UNKNOWN;
    copy(out->kind, sizeof out->kind, kind_name(type));
    // Of "+49 00 46095" the library takes one zero a reading: what is no number anyhow is read until it stays as it is, so that
    // the number of a lead, read again, is that number.
    return out->valid || raw == e164 || (again > 0 && read(e164, "ZZ", out, again - 1));
}

}  // namespace

extern "C" const unsigned char *phone_plan_tables(size_t *size_out)
{
#ifdef LEADWIRE_PHONE_TABLES
    *size_out = static_cast<size_t>(i18n::phonenumbers::metadata_size());
    return static_cast<const unsigned char *>(i18n::phonenumbers::metadata_get());
#else
    *size_out = 0;
    return reinterpret_cast<const unsigned char *>("");
#endif
}

extern "C" bool phone_number_read(const char *raw, const char *default_region, struct phone_number *out)
{
    return phone_plan_read(raw, out) || phone_number_read_slowly(raw, default_region, out);
}

extern "C" bool phone_number_read_slowly(const char *raw, const char *default_region, struct phone_number *out)
{
    *out = {};
    try {
        // "ZZ": the library's word for "no region"; only numbers with a country code are then read.
        if (read(raw, default_region && *default_region ? default_region : "ZZ", out))
            return true;
    } catch (...) {   // no C++ exception may reach C
    }
    *out = {};
    return false;
}

extern "C" bool phone_region_known(const char *region)
{
    try {
        return PhoneNumberUtil::GetInstance()->GetCountryCodeForRegion(region) != 0;
    } catch (...) {
        return false;
    }
}
