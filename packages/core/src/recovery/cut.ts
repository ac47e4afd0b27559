import { vi } from "vitest";
import type { EventLog } from "../log/event-log.ts";
import { memoryLog } from "../log/memory-log.ts";
import { readRun } from "../log/read-run.ts";
import { segmentEvents } from "../log/segment.ts";
import type { InboxEntry } from "../protocol/command.ts";
import { createDraft } from "../protocol/draft.ts";
import { isTerminal } from "../protocol/event-types.ts";
import type { RunEvent } from "../protocol/events.ts";
import { createRuntime } from "../runtime/runtime.ts";
import type { Effect } from "../testing/log-checks/effects.ts";
import type { Scenario } from "./scenarios.ts";

/** A run as it stands in the store, with what its tools did. */
export interface Recorded {
  readonly run: string;
  readonly events: readonly RunEvent[];
  readonly inbox: readonly InboxEntry[];
  readonly ledger: readonly Effect[];
}

/** Longer than any lease of a dead process. */
const leaseMs = 1_000;

/** The scenario from its beginning to its end, undisturbed. */
export async function record(scenario: Scenario): Promise<Recorded> {
  const log = memoryLog();
  return finish(scenario, log, "run_0123456789abcdef", []);
}

/** The run as it was after its first `count` events, its process dead, taken up by a fresh one and brought to its end. */
export async function recover(
  scenario: Scenario,
  from: Recorded,
  count: number,
): Promise<Recorded> {
  const { run } = from;
  const events = from.events.slice(0, count);
  const [first] = events;
  const last = events.at(-1);
  if (first?.type !== "run.started" || last === undefined)
    throw new Error("A log has its first event.");
  const at = "at" in last ? last.at : first.at;
  // Time goes on from the cut: a clock that ran through all earlier cuts would let approvals expire.
  vi.setSystemTime(at);
  const log = memoryLog();
  const created = await log.create({
    run,
    thread: first.thread,
    agent: first.agent,
    busy: "reject",
    digest: "cut",
    events: [first],
    owner: { worker: "dead", leaseMs },
  });
  if (created.status !== "ok" || created.lease === undefined) throw new Error(created.status);
  const answered = new Set(events.flatMap((event) => ("command" in event ? [event.command] : [])));
  const inbox = from.inbox.filter(({ command }) => answered.has(command.id));
  for (const { command } of inbox) await log.send(run, command);
  const appended = await log.append(run, {
    epoch: created.lease.epoch,
    after: 1,
    events: events.slice(1),
    consume: inbox.length,
    // A run goes to sleep together with its last word; any other last word is a process that died.
    ...(last.type === "run.waiting" && { end: { release: wakeAt(last) } }),
  });
  if (appended.status !== "ok") throw new Error(appended.status);
  // What people said next came just before the process died, or comes when it is taken up.
  if (count % 2 === 0) {
    for (const command of events.flatMap((event) => scenario.user?.(event) ?? [])) {
      if (!answered.has(command.id)) await log.send(run, command);
    }
  }
  vi.setSystemTime(Date.now() + leaseMs + 1);
  return finish(scenario, log, run, startedBefore(from, events));
}

/** The worst that can have happened before a cut: every logged intent had its effect. */
function startedBefore({ ledger }: Recorded, events: readonly RunEvent[]): readonly Effect[] {
  const started = events.flatMap((event) =>
    event.type === "tool.started" ? [{ call: event.call, attempt: event.attempt }] : [],
  );
  const known = new Set(started.map(({ call, attempt }) => `${call} ${attempt}`));
  const had = ledger.filter(({ call, attempt }) => known.has(`${call} ${attempt}`));
  return [...had, ...started.filter((intent) => !had.some(({ call }) => call === intent.call))];
}

function wakeAt(event: RunEvent & { readonly type: "run.waiting" }): number | null {
  const times = event.for.flatMap((wait) =>
    wait.type === "approval" && wait.expiresAt !== undefined ? [wait.expiresAt] : [],
  );
  return times.length === 0 ? null : Math.min(...times);
}

async function finish(
  scenario: Scenario,
  log: EventLog,
  run: string,
  effects: readonly Effect[],
): Promise<Recorded> {
  const ledger = [...effects];
  const agents = scenario.agents({ ledger });
  const runtime = createRuntime({
    agents,
    log,
    onError: (error) => {
      throw error;
    },
  });
  const agent = agents[0]?.name ?? "";
  if ((await log.find(run)) === undefined) await runtime.start({ agent, input: "Go.", run });
  const draft = createDraft();
  const events: RunEvent[] = [];
  for await (const item of runtime.tail(run)) {
    if (item.type !== "events") throw new Error(`A ${item.type} where events were expected.`);
    for (const event of segmentEvents(item.segment)) {
      draft.apply(event);
      events.push(event);
      const command = scenario.user?.(event);
      if (command !== undefined) await runtime.send(run, command);
    }
  }
  const last = events.at(-1);
  if (last === undefined || !isTerminal(last)) throw new Error("The run has no end.");
  await runtime.close();
  const stored: RunEvent[] = [];
  for await (const { events: part } of readRun(log, run)) stored.push(...part);
  return { run, events: stored, inbox: await log.inbox(run, 0, 1_000), ledger };
}
