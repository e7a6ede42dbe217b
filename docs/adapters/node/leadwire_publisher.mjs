// SPDX-License-Identifier: Apache-2.0
// Publishes leads to a desk, one at a time, as docs/PROTOCOL.md asks of publishers. The rules P1 to P23 are numbered there.
import { setTimeout as sleep } from "node:timers/promises";
import path from "node:path";
import protobuf from "protobufjs";
import { Dealer } from "zeromq";

const VERSION = 1;
const HELLO = 1, WELCOME = 2, REPLY = 3, PING = 4, PONG = 5, BYE = 6, PUBLISH = 10;
const PATIENCE_MS = 2000, REDIRECT_MS = 1000, HELLO_FIRST_MS = 100, HELLO_LAST_MS = 2000, HELLOS_PER_CONNECTION = 5;

export class Refused extends Error {}   // no broker of this release will ever take anything from us

export class Publisher {
    // endpoints: a list; more than one where several brokers may have the desk. protoDir: the folder that holds leadwire/v1.
    constructor(endpoints, desk, client, protoDir) {
        const root = new protobuf.Root();
        root.resolvePath = (origin, target) => path.join(protoDir, target);
        root.loadSync(["leadwire/v1/publisher.proto", "leadwire/v1/session.proto"]);
        this.types = new Map(Object.entries({ Hello: HELLO, Welcome: WELCOME, Reply: REPLY, Ping: PING, Pong: PONG, Bye: BYE, Publish: PUBLISH })
            .map(([name, number]) => [number, root.lookupType(`leadwire.v1.${name}`)]));
        this.status = root.lookupEnum("leadwire.v1.Status").values;
        const role = root.lookupEnum("leadwire.v1.Role").values.ROLE_PUBLISHER;
        this.hello = { versionMin: VERSION, versionMax: VERSION, role, desk, client };
        Object.assign(this, { endpoints: [...endpoints], socket: null, isOpen: false, epoch: 0n });
    }

    // The final answer to a Publish message, however long it takes.
    async publish(publish) {
        for (;;) {
            const reply = await this.#ask(publish);
            if (reply?.status === this.status.STATUS_BUSY)
                await sleep(reply.retryAfterMs);
            else if (reply?.status === this.status.STATUS_NOT_OWNER)
                await this.#redirect(reply);
            else if (reply)
                return reply;
        }
    }

    async close() {
        if (this.isOpen)
            await this.#send(BYE, { reason: "done" });
        this.socket?.close();
    }

    // Sends it once. null: no answer, so that nobody knows the outcome.
    async #ask(publish) {
        while (!this.isOpen)
            await this.#open();
        await this.#send(PUBLISH, publish);
        const until = Date.now() + PATIENCE_MS;
        let pingAt = Date.now();
        while (this.isOpen && Date.now() < until) {
            if (Date.now() >= pingAt) {
                await this.#send(PING, { receivedCount: this.received });
                this.unheardSince ??= Date.now();
                pingAt = Date.now() + this.heartbeatMs / 2;
            }
            const [kind, said] = await this.#receive(this.heartbeatMs / 4);
            if (kind === BYE || (kind === REPLY && said.status === this.status.STATUS_NO_SESSION))
                this.isOpen = false;
            else if (kind === REPLY && Number(said.requestId) === publish.requestId)
                return said;
            else if (this.unheardSince !== null && Date.now() > this.unheardSince + 3 * this.heartbeatMs)
                this.#connect();
        }
        return null;
    }

    // Says Hello on one connection until a broker says Welcome.
    async #open() {
        if (!this.socket || this.hellos === HELLOS_PER_CONNECTION)
            this.#connect();
        await this.#send(HELLO, this.hello);
        const until = Date.now() + Math.min(HELLO_FIRST_MS * 2 ** this.hellos++, HELLO_LAST_MS);
        const { STATUS_BUSY, STATUS_NOT_OWNER, STATUS_NO_SESSION } = this.status;
        while (!this.isOpen && Date.now() < until) {
            const [kind, said] = await this.#receive(until - Date.now());
            if (kind === WELCOME)
                Object.assign(this, { isOpen: true, received: 0, hellos: 0, heartbeatMs: said.heartbeatMs });
            else if (kind !== REPLY || Number(said.requestId) !== 0 || said.status === STATUS_NO_SESSION)
                continue;
            else if (said.status === STATUS_NOT_OWNER)
                return this.#redirect(said);
            else if (said.status === STATUS_BUSY)
                return sleep(said.retryAfterMs);
            else
                throw new Refused(said.reason);
        }
    }

    // Another broker may have the desk by now, or this one soon.
    async #redirect(reply) {
        this.endpoints.push(this.endpoints.shift());
        await sleep(Math.max(REDIRECT_MS, reply.retryAfterMs));
        this.#connect();
    }

    #connect() {
        this.socket?.close();
        this.socket = new Dealer({ linger: 0, sendTimeout: 0 });
        this.socket.connect(this.endpoints[0]);
        Object.assign(this, { isOpen: false, hellos: 0, received: 0, unheardSince: null });
    }

    async #send(kind, message) {
        const body = this.types.get(kind).encode(message).finish();
        const header = Buffer.from([0x4c, 0x57, VERSION, kind, 0, 0, 0, 0]);
        header.writeUInt32LE(body.length, 4);
        await this.socket.send(Buffer.concat([header, body])).catch(() => {});   // nobody reads: the silence will tell
    }

    // [type, message] of a broker that still owns the desk; [0] when nothing of use came.
    async #receive(waitMs) {
        this.socket.receiveTimeout = Math.max(1, Math.ceil(waitMs));
        const [frame] = await this.socket.receive().catch(() => [null]);
        if (!frame)
            return [0];
        this.received++;
        this.unheardSince = null;
        if (frame.length < 8 || frame.toString("latin1", 0, 3) !== "LW\x01" || !this.types.has(frame[3]))
            return [0];
        const message = this.types.get(frame[3]).decode(frame.subarray(8));
        const epoch = BigInt((message.epoch ?? 0).toString());
        if (epoch > this.epoch)
            this.epoch = epoch;
        return 0n < epoch && epoch < this.epoch ? [0] : [frame[3], message];
    }
}
