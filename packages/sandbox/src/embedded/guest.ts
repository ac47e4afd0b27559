import { type ChildProcess, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import type { GuestMessage, GuestRequest, ToolReply } from "../guest/wire.ts";
import { SandboxError } from "../sandbox-error.ts";
import type { Command } from "./command.ts";
import { readMessage } from "./read-message.ts";

/** A process that serves requests, one at a time. It keeps this process alive only while somebody listens. */
export interface Guest {
  send(message: GuestRequest | ToolReply): void;
  /** Hands everything to this listener. After it is gone it hears nothing. */
  listen(listener: GuestListener | undefined): void;
  /** At once, with all that it started. Resolves when it is gone. */
  kill(): Promise<void>;
  readonly alive: boolean;
}

interface GuestListener {
  /** `undefined`: it said something that is no message. */
  message(message: GuestMessage | undefined): void;
  gone(how: Gone): void;
}

/** How a process ended. */
export interface Gone {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what it wrote to its own stderr. */
  readonly stderr: string;
}

/** A start that takes longer has failed. */
const startMs = 60_000;
/** Nothing of a program goes to the process's own streams, and Node's last words are short. */
const maxStrayBytes = 1_000_000;
const keptStderr = 4_000;

/** Starts a guest. Resolves when it is ready; rejects with `unavailable` when it never is. */
export async function startGuest(command: Command, maxLineBytes: number): Promise<Guest> {
  const { file, args, uid } = command;
  const child = spawn(file, args, {
    stdio: ["pipe", "pipe", "pipe", "pipe"],
    env: {},
    cwd: "/",
    ...(uid !== undefined && { uid, gid: uid }),
  });
  const guest = wrap(child, maxLineBytes);
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (message: string): void => {
        reject(new SandboxError("unavailable", { message, retryable: true }));
      };
      timer = setTimeout(() => fail(`The sandbox did not start within ${startMs} ms.`), startMs);
      guest.listen({
        message: (message) =>
          message?.type === "ready"
            ? resolve()
            : fail("The sandbox said something odd at its start."),
        gone: ({ code, signal, stderr }) =>
          fail(`The sandbox ended at its start (${signal ?? code}): ${stderr.trim()}`),
      });
    });
  } catch (error) {
    await guest.kill();
    throw error;
  } finally {
    clearTimeout(timer);
    guest.listen(undefined);
  }
  return guest;
}

function wrap(child: ChildProcess, maxLineBytes: number): Guest {
  const input = child.stdio[0] as Writable;
  const wire = child.stdio[3] as Readable;
  let listener: GuestListener | undefined;
  let stderr = "";
  let stray = 0;
  let gone: Gone | undefined;
  const ended = new Promise<void>((resolve) => {
    // `close` comes after everything was read; a child that was never started has only `error`.
    const end = (code: number | null, signal: NodeJS.Signals | null): void => {
      if (gone !== undefined) return;
      gone = { code, signal, stderr };
      listener?.gone(gone);
      resolve();
    };
    child.once("close", end);
    child.once("error", (error) => {
      stderr = error.message;
      end(null, null);
    });
  });
  const kill = (): void => {
    hold("ref");
    child.kill("SIGKILL");
  };
  /** Whether this process waits for that one. */
  function hold(how: "ref" | "unref"): void {
    for (const handle of [child, ...child.stdio]) {
      (handle as { ref?(): void; unref?(): void } | null)?.[how]?.();
    }
  }

  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      stray += chunk.length;
      if (stray > maxStrayBytes) kill();
      if (stream === child.stderr) stderr = (stderr + chunk.toString()).slice(-keptStderr);
    });
  }
  // A guest that is gone is heard of by `close`.
  for (const stream of [input, child.stdout, child.stderr, wire]) stream?.on("error", () => {});
  lines(wire, maxLineBytes, (line) => {
    const message = line === undefined ? undefined : readMessage(line);
    listener?.message(message);
  });

  return {
    send(message) {
      input.write(`${JSON.stringify(message)}\n`);
    },
    listen(next) {
      listener = next;
      hold(next === undefined ? "unref" : "ref");
      if (next !== undefined && gone !== undefined) next.gone(gone);
    },
    kill() {
      kill();
      return ended;
    },
    get alive() {
      return gone === undefined && child.exitCode === null && child.signalCode === null;
    },
  };
}

/** Calls back with every line; once with `undefined`, and no more, when one is too long. */
function lines(
  stream: Readable,
  maxBytes: number,
  onLine: (line: string | undefined) => void,
): void {
  let parts: Buffer[] = [];
  let size = 0;
  stream.on("data", (chunk: Buffer) => {
    let rest = chunk;
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
      parts.push(rest.subarray(0, end));
      const line = Buffer.concat(parts).toString();
      parts = [];
      size = 0;
      rest = rest.subarray(end + 1);
      onLine(line);
    }
    parts.push(rest);
    size += rest.length;
    if (size <= maxBytes) return;
    stream.destroy();
    onLine(undefined);
  });
}
