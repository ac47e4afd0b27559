import { join } from "node:path";
import { serveStatic } from "@hono/node-server/serve-static";
import type { EventLog } from "@runwire/core";
import { createHandler } from "@runwire/server";
import { type Context, Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { type AgentsOptions, createAgents } from "./agents.ts";
import { onlyLocal } from "./only-local.ts";

export interface StudioOptions extends AgentsOptions {
  /** Where conversations live. */
  readonly log: EventLog;
  /** The folder of the built page. */
  readonly page: string;
  /** The model's name; absent: scripts answer. */
  readonly model?: string;
  /** Nobody but this machine is meant to reach it. */
  readonly local: boolean;
}

/** The page and the API behind it, as one Hono app. */
export function createStudio({ page, model, local, log, ...options }: StudioOptions) {
  const { assistant, planner } = createAgents(options);
  const handler = createHandler({ agents: [assistant, planner], log, basePath: "/api" });

  const app = new Hono();
  if (local) app.use(onlyLocal);
  // Before the page's headers: a stream leaves as it came, with nothing wrapped around it.
  app.all("/api/*", (c) => handler(c.req.raw));

  app.use(pageHeaders);
  app.get("/studio.json", (c) => c.json({ model: model ?? null }));
  // The names of built files change with their content; that of the page stays.
  app.get(
    "/assets/*",
    serveStatic({ root: page, onFound: cache("public, max-age=31536000, immutable") }),
  );
  app.get(
    "/t/:thread",
    serveStatic({ path: join(page, "index.html"), onFound: cache("no-cache") }),
  );
  app.get("*", serveStatic({ root: page, onFound: cache("no-cache") }));
  return { app, handler };
}

/** What the page's client needs to know of the server: a type, nothing at run time. */
export type StudioHandler = ReturnType<typeof createStudio>["handler"];

const pageHeaders = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", "data:"],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
  // It runs on plain HTTP on one's own machine.
  strictTransportSecurity: false,
});

function cache(control: string) {
  return (_path: string, c: Context) => c.header("Cache-Control", control);
}
