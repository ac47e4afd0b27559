// Starts a run that waits for a person, and then has nothing else to do: no server, no other run, no open log.
import { writeSync } from "node:fs";
import { createRuntime } from "@runwire/core";
import { cast } from "./agents.test.helper.ts";
import { openLog, type Where } from "./open-log.test.helper.ts";

const options: { readonly where: Where } = JSON.parse(process.argv[2] ?? "");
const { log, close } = await openLog(options.where);
const runtime = createRuntime({
  agents: cast({ note() {}, reached() {} }),
  log: {
    ...log,
    async append(run, batch) {
      const answer = await log.append(run, batch);
      if (batch.end !== undefined) void close();
      return answer;
    },
  },
  leaseMs: 600_000,
  // It goes on looking for work, in a log that is closed.
  onError: () => {},
});
const started = await runtime.start({ agent: "signer", input: "Sign.", principal: "ann" });
writeSync(1, `started ${started.status === "ok" ? started.run : started.status}\n`);
