import { createHash } from "node:crypto";
import { ending, prelude } from "./prelude.ts";

/** A Lua script, and what Redis knows it by once it was sent. Each is one atomic operation. */
export interface Script {
  readonly name: string;
  readonly source: string;
  readonly sha: string;
}

/** `body` is the operation's own part: it finds its arguments from `ARGV[6]` on, and returns the answer. */
export function script(name: string, parts: readonly string[], body: string): Script {
  const operation = `local function operation()\n${body}\nend\n`;
  const source = `-- runwire: ${name}\n${[prelude, ...parts, operation, ending].join("\n")}`;
  return { name, source, sha: createHash("sha1").update(source).digest("hex") };
}
