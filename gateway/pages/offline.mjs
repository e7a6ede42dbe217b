// SPDX-License-Identifier: Apache-2.0
// In place of a page that cannot be had: asks for it again and again.

const EVERY_MS = 2000;

async function look() {
  try {
    await fetch(location.href, {method: "HEAD", cache: "no-store", redirect: "manual"});
    location.reload();
  } catch {
    setTimeout(look, EVERY_MS);
  }
}

setTimeout(look, EVERY_MS);
