import { maxBatchBytes, maxCommandBytes, maxEventBytes } from "../../log/event-log.ts";
import type { Command } from "../../protocol/command.ts";
import type { RunEvent } from "../../protocol/events.ts";
import { same } from "../assert.ts";
import { cases } from "./kit.ts";

const bytes = (value: unknown): number => new TextEncoder().encode(JSON.stringify(value)).length;

/** An event of exactly so many bytes, filled with a character. */
function eventOf(seq: number, size: number, fill: string): RunEvent {
  const make = (message: string): RunEvent => ({
    seq,
    type: "warning.raised",
    code: "w",
    message,
    at: 1,
  });
  return make(filled(size - bytes(make("")), fill));
}

function filled(size: number, fill: string): string {
  const each = bytes(fill) - 2;
  return fill.repeat(Math.floor(size / each)) + "x".repeat(size % each);
}

/** One byte, two, three, four; escapes of two and of six. */
const fills = ["x", "é", "€", "😀", '"', "\u0001"];

export const limitCases = cases("limits", {
  async "an event may be as large as the limit, and no larger"(kit) {
    const { run, epoch } = await kit.owned();
    let tail = 1;
    for (const fill of fills) {
      const append = (size: number) =>
        kit.log.append(run, { epoch, after: tail, events: [eventOf(tail + 1, size, fill)] });
      const name = JSON.stringify(fill);
      same(await append(maxEventBytes + 1), { status: "too-large" }, `a byte too many of ${name}`);
      same(await append(maxEventBytes), { status: "ok", tail: tail + 1, inbox: 0 }, name);
      tail++;
    }
    same((await kit.log.find(run))?.tail, tail, "tail");
  },

  async "a batch may be as large as the limit, and no larger"(kit) {
    const { run, epoch } = await kit.owned();
    const count = 8;
    const batch = (more: number) =>
      Array.from({ length: count }, (_, i) =>
        eventOf(i + 2, maxBatchBytes / count + (i === 0 ? more : 0), "é"),
      );
    const append = (events: RunEvent[]) => kit.log.append(run, { epoch, after: 1, events });
    same(await append(batch(1)), { status: "too-large" }, "a byte too many");
    same((await kit.log.find(run))?.tail, 1, "nothing was written");
    same(await append(batch(0)), { status: "ok", tail: 1 + count, inbox: 0 }, "just right");
    same(await append(batch(0)), { status: "ok", tail: 1 + count, inbox: 0 }, "repeat");
  },

  async "a command may be as large as its limit, and no larger"(kit) {
    const { run } = await kit.owned();
    for (const [i, fill] of fills.entries()) {
      const make = (reason: string): Command => ({ type: "cancel", id: `c${i}`, reason });
      const size = maxCommandBytes - bytes(make(""));
      const name = JSON.stringify(fill);
      const more = make(`${filled(size, fill)}x`);
      same(await kit.log.send(run, more), { status: "too-large" }, `a byte too many of ${name}`);
      same(await kit.log.send(run, make(filled(size, fill))), { status: "ok", n: i + 1 }, name);
    }
    same((await kit.log.inbox(run, 0, 100)).length, fills.length, "inbox");
  },
});
