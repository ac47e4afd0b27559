import type { MiddlewareHandler } from "hono";

const names = new Set(["localhost", "127.0.0.1", "[::1]"]);

export function isLocal(hostname: string): boolean {
  return names.has(hostname) || hostname === "::1";
}

/**
 * A page from elsewhere can have its own name lead to this machine, and is then of the same origin as the studio: so a
 * server that only this machine reaches answers to this machine's names alone.
 */
export const onlyLocal: MiddlewareHandler = async (c, next) => {
  if (names.has(new URL(c.req.url).hostname)) return next();
  return c.text("This studio answers to localhost only. Set HOST to open it to others.", 403);
};
