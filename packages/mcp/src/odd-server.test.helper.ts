// An MCP server over stdio that misbehaves on demand, started as a program by the tests: no SDK keeps it from doing so.
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";

type Id = string | number;
interface Received {
  readonly id?: Id;
  readonly method?: string;
  readonly params?: {
    readonly name?: string;
    readonly requestId?: Id;
    readonly _meta?: { readonly progressToken?: Id };
    readonly protocolVersion?: string;
  };
}

const { LEDGER = "", MODE = "" } = process.env;
const cancelled: Id[] = [];
const hanging: Id[] = [];
let grown = false;

const write = (message: object): void => {
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
};
const say = (id: Id | undefined, text: string): void =>
  write({ id, result: { content: [{ type: "text", text }] } });
const note = (line: string): void => appendFileSync(LEDGER, `${line}\n`);

const named = (name: string, annotations = {}) => ({
  name,
  inputSchema: { type: "object" },
  annotations,
});
const tools = () => [
  ...["hang", "cancelled", "die", "garbage", "nonsense", "huge", "flood", "chatty", "grow"].map(
    (name) => named(name),
  ),
  named("pay"),
  named("look up.it", { idempotentHint: true }),
  // A schema that no validator compiles.
  { name: "broken-schema", inputSchema: { type: "object", properties: { a: { pattern: "(" } } } },
  ...(grown ? [named("grown")] : []),
];

function call({ id, params = {} }: Received): void {
  const behaviours: { readonly [name: string]: () => void } = {
    hang() {
      note("hang");
      if (id !== undefined) hanging.push(id);
    },
    cancelled: () => say(id, String(hanging.filter((one) => cancelled.includes(one)).length)),
    die: () => process.exit(3),
    garbage() {
      process.stdout.write("a line that is no JSON\n{}\n[]\n\n");
      say(id, "after garbage");
    },
    nonsense: () => write({ id, result: { content: "this is no list" } }),
    huge: () => say(id, "x".repeat(400_000)),
    flood: () => say(id, "x".repeat(12_000_000)),
    chatty() {
      const progressToken = params._meta?.progressToken;
      for (let progress = 1; progress <= 5_000; progress++) {
        write({ method: "notifications/progress", params: { progressToken, progress } });
      }
      say(id, "said it all");
    },
    grow() {
      grown = true;
      write({ method: "notifications/tools/list_changed" });
      say(id, "grown");
    },
    pay: effect,
    "look up.it": effect,
  };
  const { name = "" } = params;
  (behaviours[name] ?? (() => say(id, `called ${name}`)))();

  function effect(): void {
    note(name);
    if (MODE !== "hang") say(id, "done");
  }
}

createInterface({ input: process.stdin }).on("line", (line) => {
  const message = JSON.parse(line) as Received;
  const { id, method, params } = message;
  if (method === "initialize") {
    if (MODE === "mute") return;
    write({
      id,
      result: {
        protocolVersion: params?.protocolVersion,
        capabilities: { tools: { listChanged: true } },
        serverInfo: { name: "odd", version: "1" },
      },
    });
  } else if (method === "tools/list") {
    note("list");
    if (MODE === "listless") write({ id, error: { code: -32603, message: "no idea" } });
    else write({ id, result: { tools: tools() } });
  } else if (method === "tools/call") call(message);
  else if (method === "notifications/cancelled" && params?.requestId !== undefined) {
    cancelled.push(params.requestId);
    note("cancelled");
  }
});
process.stdin.on("end", () => process.exit(0));
