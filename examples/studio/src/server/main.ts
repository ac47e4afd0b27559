import { existsSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createAdaptorServer } from "@hono/node-server";
import { RunwireError } from "@runwire/core";
import { sqliteLog } from "@runwire/sqlite";
import { modelsFrom } from "./models.ts";
import { notesIn } from "./notes.ts";
import { isLocal } from "./only-local.ts";
import { closeOnSignal } from "./shutdown.ts";
import { createStudio } from "./studio.ts";

const here = import.meta.dirname;
const docs = join(here, "../../../..");
const page = process.env.STUDIO_PAGE || join(here, "../../dist");
const data = process.env.STUDIO_DATA || join(here, "../../.data");
const notes = process.env.STUDIO_NOTES || join(here, "../../notes");
const hostname = process.env.HOST || "127.0.0.1";
const port = Number(process.env.PORT || 3000);

if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  fail(`PORT is "${process.env.PORT}", and must be a number from 0 to 65535.`);
}
if (!existsSync(join(page, "index.html"))) {
  fail(`There is no built page in ${page}. Run \`npm start\` at the repository's root.`);
}

const { models, name } = modelsFrom(process.env);
const log = openLog(join(data, "runs.db"));
const { app, handler } = createStudio({
  models,
  log,
  docs,
  notes: notesIn(notes),
  page,
  local: isLocal(hostname),
  ...(name !== undefined && { model: name }),
});

const server = createAdaptorServer({ fetch: app.fetch });
server.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EADDRINUSE") {
    fail(`Port ${port} is taken. Free it, or choose another one: PORT=${port + 1} npm start`);
  }
  fail(`Cannot listen on ${hostname}:${port}: ${error.message}`);
});
server.listen(port, hostname, () => {
  const { port } = server.address() as AddressInfo;
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  console.log(`Runwire Studio: http://${host}:${port}`);
  console.log(name === undefined ? "No OPENAI_API_KEY: scripts answer." : `Model: ${name}`);
});
closeOnSignal(server, {
  async close(options) {
    await handler.close(options);
    await log.close();
  },
});

function openLog(path: string) {
  try {
    return sqliteLog({ path });
  } catch (error) {
    if (RunwireError.is(error)) fail(error.message);
    throw error;
  }
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
