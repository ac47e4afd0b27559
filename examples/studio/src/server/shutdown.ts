import type { ServerType } from "@hono/node-server";

/** What runs gets this long to end by itself. */
const deadlineMs = 5_000;
/** One Ctrl-C may arrive more than once: from the terminal, and passed on by the process that started this one. */
const sameKeyMs = 500;

interface Closable {
  close(options: { readonly deadlineMs: number }): Promise<void>;
}

/** Ends in peace on Ctrl-C or SIGTERM, and at once when asked again. */
export function closeOnSignal(server: ServerType, handler: Closable): void {
  let asked: number | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    if (asked === undefined) {
      asked = Date.now();
      console.log("\nClosing. Once more to end at once.");
      void close(server, handler);
    } else if (Date.now() - asked > sameKeyMs) {
      process.exit(signal === "SIGINT" ? 130 : 143);
    }
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
}

async function close(server: ServerType, handler: Closable): Promise<void> {
  server.close();
  try {
    await handler.close({ deadlineMs });
    process.exit(0);
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
}
