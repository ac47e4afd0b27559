import { agent, createRuntime, type EventLog, memoryLog } from "@runwire/core";
import { scriptedModel } from "@runwire/core/testing";
import { expect, onTestFinished, test } from "vitest";
import { callsOf } from "./run.test.helper.ts";
import { odd } from "./servers.test.helper.ts";
import { toolName } from "./tool-name.ts";

/** A process that is suddenly gone: whatever it asks the log, it hears nothing. */
function mortal(inner: EventLog): { readonly log: EventLog; kill(): void } {
  let alive = true;
  const never = new Promise<never>(() => {});
  const log = Object.fromEntries(
    Object.entries(inner).map(([name, operation]) => [
      name,
      typeof operation === "function"
        ? async (...given: unknown[]) => (alive ? operation(...given) : never)
        : operation,
    ]),
  ) as unknown as EventLog;
  return {
    log,
    kill: () => {
      alive = false;
    },
  };
}

test.each([
  ["look up.it", 2, { status: "completed", output: "done", attempt: 2 }],
  ["pay", 1, { status: "failed", error: { code: "interrupted" } }],
])(
  "a process dies in the middle of a call of %j: it runs %i times",
  async (tool, times, expected) => {
    const log = memoryLog();
    const name = toolName("odd", tool);
    const model = scriptedModel([{ calls: [{ name }] }, { text: "Done." }]);
    const dead = mortal(log);
    const first = odd({ mode: "hang" });
    const a = createRuntime({
      agents: [agent({ name: "a", model, toolsets: [first.server] })],
      log: dead.log,
      leaseMs: 500,
      onError: () => {},
    });
    onTestFinished(() => a.close({ deadlineMs: 0 }));
    const { id } = a.run("a", "Go.");
    await expect.poll(first.did).toContain(tool);
    dead.kill();

    // Another process, with a server of its own, knows no more than the log.
    const second = odd({ ledger: first.ledger });
    const b = createRuntime({
      agents: [agent({ name: "a", model, toolsets: [second.server] })],
      log,
      leaseMs: 500,
    });
    onTestFinished(() => b.close({ deadlineMs: 0 }));
    const handle = b.follow(id);
    expect(await handle.result).toBe("Done.");
    expect(handle.state && callsOf(handle.state)[0]).toMatchObject({ name, ...expected });
    expect(second.did().filter((line) => line === tool)).toHaveLength(times);
  },
);

test("an approval outlives the process and the server that it was asked for", async () => {
  const log = memoryLog();
  const model = scriptedModel([{ calls: [{ name: "odd__pay" }] }, { text: "Done." }]);
  const process = (needsApproval: true) => {
    const { server, did } = odd({ needsApproval });
    const runtime = createRuntime({
      agents: [agent({ name: "a", model, toolsets: [server] })],
      log,
    });
    onTestFinished(() => runtime.close({ deadlineMs: 0 }));
    return { runtime, did };
  };
  const first = process(true);
  const run = first.runtime.run("a", "Go.");
  for await (const event of run) if (event.type === "run.waiting") break;
  await first.runtime.close();
  expect(first.did()).not.toContain("pay");
  const second = process(true);
  const handle = second.runtime.follow(run.id);
  for await (const event of handle) {
    if (event.type === "approval.requested") await handle.approve(event.id);
  }
  expect(await handle.result).toBe("Done.");
  expect(second.did()).toContain("pay");
});
