import { Client, type Transport } from "@modelcontextprotocol/client";
import { HttpTransport } from "./http-transport.ts";
import type { HttpOptions, McpOptions, StdioOptions } from "./options.ts";

export interface ConnectOptions {
  readonly timeoutMs: number;
  readonly onError: (error: unknown) => void;
  /** The server's tools are others than they were. */
  readonly onToolsChanged: () => void;
}

/**
 * Connects to a server, within the time. Over HTTP the server is asked which version of MCP it speaks, a program is
 * not: that would start it twice.
 */
export async function connect(options: McpOptions, on: ConnectOptions): Promise<Client> {
  const client = new Client(
    { name: "runwire", version: "1" },
    {
      versionNegotiation: { mode: options.url === undefined ? "legacy" : "auto" },
      listChanged: { tools: { autoRefresh: false, debounceMs: 0, onChanged: on.onToolsChanged } },
    },
  );
  try {
    await client.connect(await transportOf(options), { timeout: on.timeoutMs });
    client.onerror = (error) => {
      // Progress after the answer, and an answer after the cancel: nobody did anything wrong.
      if (!/for an unknown (token|message ID)/.test(error.message)) on.onError(error);
    };
    return client;
  } catch (error) {
    await client.close().catch(() => {});
    throw error;
  }
}

async function transportOf(options: McpOptions): Promise<Transport> {
  if (options.transport !== undefined) return options.transport();
  return options.command === undefined ? overHttp(options) : overStdio(options);
}

/** Node's modules are loaded only where a program is to be started: HTTP works everywhere. */
async function overStdio({ command, args, env, cwd, stderr }: StdioOptions): Promise<Transport> {
  const { StdioClientTransport } = await import("@modelcontextprotocol/client/stdio");
  return new StdioClientTransport({
    command,
    ...(args !== undefined && { args: [...args] }),
    ...(env !== undefined && { env }),
    ...(cwd !== undefined && { cwd }),
    stderr: stderr ?? "inherit",
  });
}

function overHttp({ url, headers }: HttpOptions): Transport {
  if (typeof headers !== "function") {
    return new HttpTransport(new URL(url), {
      requestInit: { headers: { ...headers } },
    });
  }
  return new HttpTransport(new URL(url), {
    fetch: async (input, init) => {
      const all = new Headers(init?.headers);
      for (const [name, value] of Object.entries(await headers())) all.set(name, value);
      return fetch(input, { ...init, headers: all });
    },
  });
}
