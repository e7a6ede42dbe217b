// SPDX-License-Identifier: Apache-2.0
// What is known of a lead, as elements: the same on an offer and on a lead in hand.

import {run, serverNow} from "./clock.mjs";
import {make, write} from "./elements.mjs";
import {bytes, clockIn, day, moment, span, t} from "./texts.mjs";
import {warned} from "./warned.mjs";
import {inWords} from "./words.mjs";

export function nameOf(row) {
  const lead = row.lead ?? {};
  return lead.full_name || [lead.given_name, lead.family_name].filter(Boolean).join(" ") || lead.company || phonesOf(lead)[0]
    || mailsOf(lead)[0] || t("unknown_person");
}

export function wantsOf(row) {
  const lead = row.lead ?? {};
  return lead.product || lead.subject || "";
}

const phonesOf = (lead) => (lead.phones ?? []).map((phone) => phone.e164 || phone.raw).filter(Boolean);
const mailsOf = (lead) => (lead.emails ?? []).map((mail) => mail.address).filter(Boolean);
const once = (list) => [...new Set(list)];

function allOf(row, read) {
  return once([row.lead ?? {}, ...(row.contacts ?? [])].flatMap(read));
}

const isTest = (row) => [row.lead, ...(row.contacts ?? [])].some((contact) => contact?.is_test === true);

export function heading(row, level) {
  const lead = row.lead ?? {};
  const came = make("span", {class: "came"});
  if (row.received_unix_ms) run(came, row.received_unix_ms, (leftMs) => write(came, t("came", {time: span(-leftMs)})));
  return make("div", {class: "heading"},
    make("p", {class: "tags"},
      make("span", {class: `tag ${lead.channel ?? ""}`}, lead.channel ? t(`channel_${lead.channel}`) : ""),
      lead.language && make("span", {class: "tag"}, lead.language),
      row.call_back && make("span", {class: "tag"}, t("call_back_tag")),
      row.interrupts && make("span", {class: "tag soon"}, t("interrupts_tag")), isTest(row) && make("span", {class: "tag test"}, t("test_tag")), came),
    make(`h${level}`, {id: `name-${row.lead_id}`}, nameOf(row)),
    lead.company && lead.company !== nameOf(row) && make("p", {class: "company"}, [lead.company, lead.job_title].filter(Boolean).join(" · ")),
    customerOf(row));
}

// Of whom the desk knows nothing is another than who is no customer.
function customerOf(row) {
  if (!row.bought_unix_ms) return make("p", {class: "stranger"}, t(row.no_customer ? "customer_no" : "customer_unknown"));
  return make("p", {class: "customer"}, t("customer", {what: row.bought || t("customer_something"), when: day(row.bought_unix_ms)}));
}

function consentsOf(lead) {
  return (lead.consents ?? []).map(({purpose, granted, given_unix_ms: givenMs, text}) =>
    [`${purpose ?? ""}: ${t(granted ? "consent_yes" : "consent_no")}`, givenMs && moment(givenMs), text].filter(Boolean).join(", "));
}

// What the clock says where the number is from, when the lead is drawn.
function timesOf(lead) {
  return (lead.phones ?? []).map(({time_zone: zone}) => zone).filter(Boolean).map(clockIn);
}

function fact(list, name, value) {
  if (value) list.append(make("dt", {}, t(name)), make("dd", {}, value));
}

function appointmentOf(row) {
  return row.appointment_unix_ms ? [moment(row.appointment_unix_ms), row.place].filter(Boolean).join(", ") : row.place ?? "";
}

// A message that a caller left; it stays with the telephony service.
function recordingOf(lead) {
  const {url, duration_s: seconds} = lead.recording ?? {};
  if (!/^https?:\/\//.test(url ?? "")) return "";
  return make("p", {}, make("a", {href: url, target: "_blank", rel: "noopener noreferrer"}, t("recording"), seconds ? ` (${span(seconds * 1000)})` : ""));
}

// What they want, and in their words; first what who handed it on says.
export function wishes(row) {
  const lead = row.lead ?? {}, wants = [lead.product, lead.subject].filter(Boolean);
  return make("div", {class: "wishes"}, row.note && make("p", {class: "handed"}, make("strong", {}, t("note_from", {name: row.note_by})), ` ${row.note}`),
    once(wants).map((text) => make("p", {class: "wants"}, text)),
    lead.summary && make("blockquote", {class: "said", tabindex: "0", "aria-label": t("said")}, lead.summary), recordingOf(lead));
}

function filesOf(lead) {
  return (lead.attachments ?? []).map(({file_name: name, media_type: type, size_bytes: size}) =>
    `${name || t("file_unnamed")} (${[type, size > 0 && bytes(size)].filter(Boolean).join(", ")})`.replace(" ()", ""));
}

// What each contact says for itself: people come by several doors, and say another thing at each.
function ofContact(list, contact) {
  fact(list, "called_number", contact.called_number);
  fact(list, "source", contact.source);
  fact(list, "campaign", contact.campaign);
  fact(list, "files", filesOf(contact).join(" · "));
  for (const [name, value] of Object.entries(contact.attributes ?? {})) list.append(make("dt", {}, name), make("dd", {}, value));
  fact(list, "warnings", warned(contact.warnings ?? []));
  return list;
}

function joined(contact, number, cameMs) {
  const wants = once([contact.product, contact.subject].filter(Boolean)).join(" · ");
  return make("li", {}, make("strong", {}, `${t("contact", {number})}: ${t(`channel_${contact.channel}`)}`),
    cameMs > 0 && make("span", {class: "came"}, `, ${moment(cameMs)}`),
    nameOf({lead: contact}) !== t("unknown_person") && make("p", {}, nameOf({lead: contact})), wants && make("p", {}, wants),
    contact.summary && make("blockquote", {class: "said"}, contact.summary), recordingOf(contact), ofContact(make("dl"), contact));
}

// Earlier and later contacts, and all the rest, folded away.
export function details(row) {
  const lead = row.lead ?? {}, list = make("dl");
  fact(list, "why_you", inWords(row.why ?? ""));
  fact(list, "set_by", row.set_by);
  fact(list, "appointment", appointmentOf(row));
  fact(list, "place", [lead.postal_code, lead.city, lead.region, lead.country].filter(Boolean).join(" "));
  fact(list, "time_there", allOf(row, timesOf).join(" · "));
  fact(list, "queue", row.queue);
  ofContact(list, lead);
  fact(list, "consents", allOf(row, consentsOf).join(" · "));
  const contacts = (row.contacts ?? []).map((contact, index) => joined(contact, index + 2, row.contact_unix_ms?.[index]));
  return make("details", {}, make("summary", {}, t("details")), list, contacts.length > 0 && make("ol", {class: "contacts"}, contacts));
}

// Links to call, to write, and into the CRM. used() is called when one that is a first touch is followed.
export function links(row, crmLink, used) {
  const numbers = allOf(row, phonesOf), addresses = allOf(row, mailsOf);
  const line = make("p", {class: "links"},
    numbers.filter((number) => /^\+?[0-9 ()/.-]{3,40}$/.test(number))
      .map((number) => make("a", {href: `tel:${number.replace(/[^+0-9]/g, "")}`, onclick: used}, t("call", {what: number}))),
    addresses.map((address) => make("a", {href: `mailto:${encodeURIComponent(address).replaceAll("%40", "@")}`, onclick: used}, t("mail", {what: address}))));
  if (crmLink) {
    const values = {lead: row.lead_id, phone: numbers[0] ?? "", email: addresses[0] ?? "", name: nameOf(row)};
    const address = crmLink.replace(/\{(\w+)\}/g, (all, word) => encodeURIComponent(values[word] ?? ""));
    line.append(make("a", {href: address, target: "_blank", rel: "noopener noreferrer"}, t("crm")));
  }
  return line;
}

export function countdown(row) {
  const text = make("span", {role: "timer", class: "left"}), bar = make("span", {class: "bar", "aria-hidden": "true"});
  const whole = Math.max(1, row.deadline_unix_ms - serverNow());
  const box = make("div", {class: "countdown"}, bar, text);
  run(box, row.deadline_unix_ms, (leftMs) => {
    write(text, leftMs > 0 ? t("left", {time: span(leftMs)}) : t("time_up"));
    box.classList.toggle("soon", leftMs < 10000);
    bar.style.setProperty("inline-size", `${Math.max(0, Math.min(100, (100 * leftMs) / whole))}%`);
  });
  return box;
}
