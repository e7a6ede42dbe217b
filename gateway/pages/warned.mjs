// SPDX-License-Identifier: Apache-2.0
// What could not be read of a contact (workers: lead_builder_warn, mail_warn), in the page's words. One of no form known here stays as it was told.

import {said, wordOf} from "./texts.mjs";

const FORMS = [
  [/^the phone has no digits: kept as attribute$/, "warned_phone_no_digits"],
  [/^phone number could not be read: kept as written$/, "warned_phone"],
  [/^phone number may not exist$/, "warned_phone_exists"],
  [/^more than (?<count>\d+) phone numbers$/, "warned_phones"],
  [/^email address could not be read: kept as attribute$/, "warned_email"],
  [/^more than (?<count>\d+) email addresses$/, "warned_emails"],
  [/^more than (?<count>\d+) further fields$/, "warned_attributes"],
  [/^more than (?<count>\d+) consents$/, "warned_consents"],
  [/^the time of the consent '(?<consent>.+)' could not be read$/, "warned_consent_time"],
  [/^more than (?<count>\d+) attachments$/, "warned_attachments"],
  [/^the contact is too large: some of it was left out$/, "warned_too_large"],
  [/^(?<field>.+) was cut to (?<size>\d+) bytes$/, "warned_cut"],
  [/^country is not known: kept as attribute$/, "warned_country"],
  [/^language is not known: kept as attribute$/, "warned_language"],
  [/^the caller's number is withheld$/, "warned_withheld"],
  [/^more than (?<count>\d+) fields, or too deeply nested: some were left out$/, "warned_fields"],
  [/^there is no '(?<name>.+)', the list of names and values$/, "warned_no_list"],
  [/^there is no '(?<name>.+)', which is expected$/, "warned_expected"],
  [/^there is no JSON document in '(?<name>.+)'$/, "warned_no_document"],
  [/^texts that are no UTF-8 were read as Windows-1252$/, "warned_guessed"],
  [/^the ADF names no phone and no email that could be read: the address is that of the mail's sender$/, "warned_adf_sender"],
  [/^the ADF could not be read to its end: see the raw text$/, "warned_adf_cut"],
  [/^the mail holds several ADF prospects; only the first was read$/, "warned_adf_several"],
  [/^the ADF request date could not be read$/, "warned_adf_date"],
  [/^the mail has no body$/, "warned_no_body"],
  [/^more attachments than are listed$/, "warned_more_attachments"],
  [/^a multipart without parts$/, "warned_no_parts"],
  [/^the mail is encrypted$/, "warned_encrypted"],
  [/^a part names no type that could be read: taken for text$/, "warned_no_type"],
  [/^the text is longer than what was read$/, "warned_long_text"],
  [/^the text did not fit its declared charset$/, "warned_charset"],
  [/^the HTML was too complex to read; its tags were stripped$/, "warned_html"],
];

const IN_WORDS = {field: (name) => wordOf("cut", name.replace(/\W+/g, "_"))};

// All that was said of a contact.
export const warned = (warnings) => warnings.map((told) => said(FORMS, told, IN_WORDS) ?? told).join(" · ");
