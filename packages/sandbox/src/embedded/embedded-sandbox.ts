import { availableParallelism } from "node:os";
import { atLeast } from "../limits.ts";
import type { Isolation, Limits, Sandbox, SandboxContext } from "../sandbox.ts";
import { SandboxError } from "../sandbox-error.ts";
import { bwrapWorks } from "./bwrap.ts";
import type { Command } from "./command.ts";
import { embeddedContext } from "./context.ts";
import { startGuest } from "./guest.ts";
import { closedError, guestPool } from "./pool.ts";

/** What both embedded sandboxes take. */
export interface EmbeddedOptions {
  readonly limits?: Partial<Limits>;
  /** Processes that are kept ready, from the first program on. Default 1. */
  readonly warm?: number;
  /** Programs that run at once; the others wait. Default: as many as the machine has cores. */
  readonly concurrency?: number;
  /**
   * `os`: in namespaces of the operating system (Linux with bubblewrap), or not at all. `process`: without them.
   * Default: `os` where it works.
   */
  readonly isolation?: "process" | "os";
}

export interface Interpreter {
  readonly language: string;
  readonly limits: Limits;
  readonly about?: string;
  readonly command: (isolation: "process" | "os") => Promise<Command>;
}

export function embeddedSandbox(
  { language, limits, about, command }: Interpreter,
  { warm = 1, concurrency = availableParallelism(), isolation }: EmbeddedOptions,
): Sandbox {
  const contexts = new Set<SandboxContext>();
  const level = (): "process" | "os" =>
    isolation ?? (bwrapWorks() === undefined ? "process" : "os");
  // What a guest says is longer than what a program may put into it: base64, escapes.
  const maxLineBytes = 2 * limits.fileBytes + 6 * limits.outputBytes + 1_000_000;
  const pool = guestPool({
    warm: atLeast("warm", warm, 0),
    concurrency: atLeast("concurrency", concurrency, 1),
    async start() {
      if (isolation === "os" && bwrapWorks() === undefined) throw noNamespaces();
      return startGuest(await command(level()), maxLineBytes);
    },
  });
  let closed = false;
  return {
    id: language,
    ...(about !== undefined && { about }),
    get caps() {
      return {
        languages: [language] as const,
        state: true,
        streaming: true,
        results: true,
        files: { in: true, out: true },
        hostTools: true,
        check: true,
        network: false,
        isolation: level() satisfies Isolation,
      };
    },
    async open({ tools = {} } = {}) {
      if (closed) throw closedError();
      checkTools(tools);
      const context = embeddedContext({ pool, limits, language, tools });
      contexts.add(context);
      return {
        ...context,
        close() {
          contexts.delete(context);
          return context.close();
        },
      };
    },
    async close() {
      closed = true;
      await Promise.all([...contexts].map((context) => context.close()));
      contexts.clear();
      await pool.close();
    },
  };
}

function checkTools(tools: object): void {
  for (const name of Object.keys(tools)) {
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) continue;
    const message = `A program cannot call a tool named "${name}". Give it a name of letters, digits and "_".`;
    throw new SandboxError("invalid", { message });
  }
}

function noNamespaces(): SandboxError {
  return new SandboxError("unavailable", {
    message:
      'isolation: "os" needs Linux, bubblewrap (`apt-get install bubblewrap`) and a kernel or container that lets it make namespaces. Without them, leave the option out and mind what caps.isolation says.',
  });
}
