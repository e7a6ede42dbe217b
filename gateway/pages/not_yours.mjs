// SPDX-License-Identifier: Apache-2.0
// In place of a page that the user may not open: why, and where they can go.

import {session, signOut} from "./api.mjs";
import {button, byId, make} from "./elements.mjs";
import {load, t} from "./texts.mjs";

const user = await session();
await load(user.page.language);
const may = (what) => user.may.includes(what);
byId("why").textContent = t(user.rep || location.pathname !== "/desk" ? "not_yours_role" : "not_yours_no_rep", {name: user.user, role: t(`role_${user.role.replace("-", "_")}`)});
byId("where").replaceChildren(...[
  may("work") && make("a", {href: "/desk"}, t("not_yours_desk")), may("watch") && make("a", {href: "/ops"}, t("not_yours_ops")),
  button(t("not_yours_other"), signOut)].filter(Boolean));
