import { type ChildProcess, fork } from "node:child_process";
import { connect, type Socket } from "node:net";
import type { Load, ServerKind, SharedKind } from "./load.ts";

interface Usage {
  /** CPU time of the whole process, in µs. */
  readonly micros: number;
  /** Resident memory, in bytes. */
  readonly rss: number;
}

/** A server under measurement, in its own process. */
export interface Served {
  readonly port: number;
  usage(gc?: boolean): Promise<Usage>;
  /** Lets the run that all viewers follow go on. */
  go(): Promise<Usage>;
  close(): void;
}

export async function serve(kind: ServerKind | SharedKind, load: Load): Promise<Served> {
  const child = fork(new URL("./serve.ts", import.meta.url), [kind, JSON.stringify(load)], {
    execArgv: process.execArgv,
  });
  const { port } = (await answerOf(child)) as { readonly port: number };
  return {
    port,
    usage(gc = false) {
      child.send(gc ? "gc" : "usage");
      return answerOf(child) as Promise<Usage>;
    },
    go() {
      child.send("go");
      return answerOf(child) as Promise<Usage>;
    },
    close: () => void child.kill("SIGKILL"),
  };
}

function answerOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const failed = (code: number | null) => reject(new Error(`The server ended with ${code}.`));
    child.once("exit", failed);
    child.once("message", (message) => {
      child.off("exit", failed);
      resolve(message);
    });
  });
}

/** Longer than any load takes. */
const patienceMs = 120_000;

/** One GET over a socket of its own, read to the end. Gives the number of bytes, or all of them. */
export function download(port: number, keep: true): Promise<Buffer>;
export function download(port: number, keep?: false): Promise<number>;
export function download(port: number, keep = false): Promise<Buffer | number> {
  return new Promise((resolve, reject) => {
    const socket = request(port);
    const chunks: Buffer[] = [];
    let bytes = 0;
    socket.setTimeout(patienceMs, () => socket.destroy(new Error("The server fell silent.")));
    socket.on("data", (chunk) => {
      bytes += chunk.length;
      if (keep) chunks.push(chunk);
    });
    socket.on("end", () => resolve(keep ? Buffer.concat(chunks) : bytes));
    socket.on("error", reject);
  });
}

/** A connection on which a stream was asked for. */
export function request(port: number): Socket {
  const socket = connect(port, "127.0.0.1");
  socket.write("GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n");
  return socket;
}

/** `joined`: the stream has begun. `end`: with how many bytes it ended. */
export function join(port: number): {
  readonly joined: Promise<void>;
  readonly end: Promise<number>;
} {
  const joined = Promise.withResolvers<void>();
  const end = Promise.withResolvers<number>();
  const socket = request(port);
  let bytes = 0;
  socket.on("data", (chunk) => {
    bytes += chunk.length;
    joined.resolve();
  });
  socket.on("end", () => end.resolve(bytes));
  socket.on("error", (error) => {
    joined.reject(error);
    end.reject(error);
  });
  return { joined: joined.promise, end: end.promise };
}
