import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setImmediate as macrotask } from "node:timers/promises";
import { getRequestListener } from "@hono/node-server";
import { createRuntime, memoryLog } from "@runwire/core";
import { createHandler } from "@runwire/server";
import { nodeHandler } from "@runwire/server/node";
import { createChannel, createSession } from "better-sse";
import { at, fill, type Listener, type Mount } from "./kinds.ts";
import type { Load, SharedKind } from "./load.ts";
import { deltaEvents, templateFrames } from "./produce.ts";

const epoch = 1_770_000_000_000;

/** A server whose requests all follow the same run, which goes on at `go`; the requests after it are the next run's. */
export interface SharedServer {
  readonly listener: Listener;
  go(): Promise<void>;
}

export function sharedServer(kind: SharedKind, load: Load): SharedServer {
  switch (kind) {
    case "shared-raw":
      return raw(load);
    case "shared-runwire":
      return runwire(load, nodeHandler);
    case "shared-runwire-hono":
      return runwire(load, getRequestListener);
    case "shared-better-sse":
      return betterSse(load);
  }
}

/** The frames of a turn are made once and written to everybody as they are. */
function raw({ deltas, perTurn }: Load): SharedServer {
  let viewers: ServerResponse[] = [];
  return {
    listener(_request, response) {
      response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
      response.flushHeaders();
      response.write(": \n\n");
      viewers.push(response);
    },
    async go() {
      const all = viewers;
      viewers = [];
      for (let from = 0; from < deltas; from += perTurn) {
        const bytes = Buffer.from(templateFrames(deltaEvents(from, perTurn), epoch));
        const full = all.filter((viewer) => !viewer.write(bytes));
        await Promise.all(full.map((viewer) => viewer.writableNeedDrain && once(viewer, "drain")));
        await macrotask();
      }
      for (const viewer of all) viewer.end();
    },
  };
}

function runwire(load: Load, mount: Mount): SharedServer {
  const log = memoryLog();
  const runtime = createRuntime({ agents: [], log, recover: false });
  const listener = mount(createHandler({ runtime }));
  let turn = 0;
  let release = () => {};
  const prepare = (): Promise<void> => {
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    return fill(log, `run_${++turn}`, load, gate);
  };
  let prepared = prepare();
  return {
    async listener(request, response) {
      await prepared;
      return listener(at(request, `/runs/run_${turn}/events`), response);
    },
    async go() {
      release();
      prepared = prepare();
      await prepared;
    },
  };
}

function betterSse({ deltas, perTurn }: Load): SharedServer {
  let channel = createChannel();
  let viewers: ServerResponse[] = [];
  return {
    async listener(request: IncomingMessage, response: ServerResponse) {
      const joined = channel;
      viewers.push(response);
      joined.register(await createSession(request, response));
      response.write(": \n\n");
    },
    async go() {
      const [all, responses] = [channel, viewers];
      channel = createChannel();
      viewers = [];
      for (let from = 0; from < deltas; from += perTurn) {
        for (const event of deltaEvents(from, perTurn)) {
          all.broadcast(event, "message", { eventId: `${event.seq}` });
        }
        await macrotask();
      }
      for (const response of responses) response.end();
    },
  };
}
