import fs from "node:fs";
import type { GuestMessage, GuestRequest, ToolReply } from "./wire.ts";

// Taken before anything is stripped: an imported binding would follow the stripped module.
const { readSync, writeSync } = fs;
const { Buffer } = globalThis;
const newline = 10;

/** The guest's end of the wire. Everything blocks. */
export interface Channel {
  send(message: GuestMessage): void;
  /** The next line of the host; `undefined` when the host is gone. */
  receive(): GuestRequest | ToolReply | undefined;
}

export function channel(): Channel {
  let buffered = Buffer.alloc(0);
  const chunk = Buffer.alloc(65_536);
  return {
    send: (message) => writeAll(3, Buffer.from(`${JSON.stringify(message)}\n`)),
    receive() {
      const parts = [buffered];
      let end = buffered.indexOf(newline);
      while (end === -1) {
        const length = retry(() => readSync(0, chunk, 0, chunk.length, null));
        if (length === 0) return undefined;
        const part = Buffer.from(chunk.subarray(0, length));
        const found = part.indexOf(newline);
        if (found !== -1) end = parts.reduce((sum, { length }) => sum + length, found);
        parts.push(part);
      }
      const all = Buffer.concat(parts);
      buffered = all.subarray(end + 1);
      return JSON.parse(all.toString("utf8", 0, end));
    },
  };
}

/** Writes all of it, however long the host takes to read. */
export function writeAll(fd: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) {
    written += retry(() => writeSync(fd, bytes, written, bytes.length - written));
  }
}

const pause = new Int32Array(new SharedArrayBuffer(4));

/** Not every platform hands a child pipes that block. */
function retry(call: () => number): number {
  for (;;) {
    try {
      return call();
    } catch (error) {
      if ((error as { code?: unknown }).code !== "EAGAIN") throw error;
      Atomics.wait(pause, 0, 0, 1);
    }
  }
}
