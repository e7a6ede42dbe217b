#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// A channel adapter: publishes a lead for each line "ID NAME" of standard input.
//
//     publish.mjs ENDPOINT[,ENDPOINT...] DESK PROTO-DIR
//
// Prints a line "ID STATUS LEAD-ID REASON" when the outcome of a lead is final. Ends with 0 when all lines are done.
import readline from "node:readline";
import { Publisher, Refused } from "./leadwire_publisher.mjs";

const [endpoints, desk, protoDir] = process.argv.slice(2);
const publisher = new Publisher(endpoints.split(","), desk, "publish.mjs", protoDir);
const names = new Map(Object.entries(publisher.status).map(([name, number]) => [number, name]));
let number = 0;
try {
    for await (const line of readline.createInterface({ input: process.stdin })) {
        const [, entry, name] = /^(\S+) (.*)$/.exec(line);
        const lead = { channel: 2, source: "node-form", fullName: name, language: "it",
                       phones: [{ e164: "+390212345678" }], summary: "Vorrei un preventivo." };   // channel 2: CHANNEL_WEB
        const reply = await publisher.publish({ requestId: ++number, idempotencyId: entry, receivedUnixMs: Date.now(), lead });
        console.log(entry, names.get(reply.status) ?? reply.status, reply.leadId, reply.reason);
    }
} catch (error) {
    if (!(error instanceof Refused))
        throw error;
    console.error(`refused: ${error.message}`);
    process.exitCode = 1;
} finally {
    await publisher.close();
}
