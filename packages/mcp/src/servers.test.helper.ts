import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { type McpServer, mcp } from "./mcp.ts";
import type { CommonOptions } from "./options.ts";

type Given = Partial<CommonOptions>;

function binOf(server: string): string {
  return fileURLToPath(import.meta.resolve(`@modelcontextprotocol/${server}/dist/index.js`));
}

/** The reference server over stdio. */
export function everything(options: Given = {}): McpServer {
  const args = [binOf("server-everything"), "stdio"];
  return mcp({ name: "every", command: process.execPath, args, stderr: "ignore", ...options });
}

/** The reference server over Streamable HTTP, on a port of this machine that can be given up and taken again. */
export async function everythingOverHttp(): Promise<{
  readonly url: string;
  stop(): Promise<void>;
  start(): Promise<void>;
}> {
  const port = await freePort();
  let child: ChildProcess | undefined;
  const stop = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  };
  const start = async (): Promise<void> => {
    child = spawn(process.execPath, [binOf("server-everything"), "streamableHttp"], {
      env: { ...process.env, PORT: String(port) },
      stdio: ["ignore", "ignore", "pipe"],
    });
    const { stderr } = child;
    if (stderr === null) throw new Error("It has no stderr.");
    await once(stderr, "data");
    stderr.resume();
  };
  onTestFinished(stop);
  await start();
  return { url: `http://127.0.0.1:${port}/mcp`, stop, start };
}

/** A server of the test's own. Its address. */
export async function serve(answer: RequestListener): Promise<string> {
  const http = createHttpServer(answer).listen(0, "127.0.0.1");
  await once(http, "listening");
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  return `http://127.0.0.1:${portOf(http.address())}/`;
}

/** A port that nobody listens at. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = portOf(server.address());
  server.close();
  await once(server, "close");
  return port;
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new Error("No port.");
  return address.port;
}

export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "runwire-mcp-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The files of a folder. */
export function filesystem(folder: string, options: Given = {}): McpServer {
  const args = [binOf("server-filesystem"), folder];
  return mcp({ name: "files", command: process.execPath, args, stderr: "ignore", ...options });
}

/** A server that misbehaves, and what it did, line by line. */
export function odd(
  options: Given & { readonly mode?: "hang" | "mute" | "listless"; readonly ledger?: string } = {},
): { readonly server: McpServer; readonly ledger: string; did(): readonly string[] } {
  const { mode, ledger = join(tempFolder(), "ledger"), ...given } = options;
  const script = fileURLToPath(new URL("odd-server.test.helper.ts", import.meta.url));
  const server = mcp({
    name: "odd",
    command: process.execPath,
    args: ["--disable-warning=ExperimentalWarning", script],
    env: { LEDGER: ledger, ...(mode !== undefined && { MODE: mode }) },
    onError: () => {},
    ...given,
  });
  return { server, ledger, did: () => linesOf(ledger) };
}

function linesOf(path: string): readonly string[] {
  try {
    return readFileSync(path, "utf8").split("\n").filter(Boolean);
  } catch {
    return [];
  }
}
