import { compacted } from "../log/compaction.ts";
import type { EventLog } from "../log/event-log.ts";
import { readRun } from "../log/read-run.ts";
import { sameState } from "../log/same-state.ts";
import { isTerminal } from "../protocol/event-types.ts";
import type { RunEvent } from "../protocol/events.ts";
import { foldAll } from "../protocol/fold.ts";
import { checkLog } from "../testing/check-log.ts";
import { idempotentTools, type SimEffect, type SimWorld } from "./sim-agents.ts";

/** A run's log, read from the store, and every promise that it does not keep. */
export async function checkRun(
  store: EventLog,
  run: string,
  { ledger, heard }: Pick<SimWorld, "ledger" | "heard">,
  /** Effects of intents from before are not looked at. */
  from: number,
): Promise<{ readonly events: readonly RunEvent[]; readonly problems: readonly string[] }> {
  const events: RunEvent[] = [];
  const epochs: number[] = [];
  for await (const part of readRun(store, run)) {
    events.push(...part.events);
    epochs.push(...part.events.map(() => part.epoch));
  }
  const inbox = await store.inbox(run, 0, 10_000);
  const idempotent = (tool: string): boolean => idempotentTools.has(tool);
  const effects = ledger.filter((effect) => effect.run === run && effect.begun > from);
  const broken = checkLog({ events, epochs, inbox, ledger: effects, idempotent });
  const problems = [
    ...broken.map(({ check, message, seq }) => `${check}: ${message} (${seq ?? "no seq"})`),
    ...checkIntents(effects, idempotent),
    ...checkEnd(events, heard),
    ...checkCompaction(events),
  ].map((problem) => `${run}: ${problem}`);
  return { events, problems };
}

/** What the model wanted once was done once at most, under whatever call. */
function checkIntents(
  effects: readonly SimEffect[],
  idempotent: (tool: string) => boolean,
): readonly string[] {
  const seen = new Set<string>();
  const problems: string[] = [];
  for (const { tool, intent } of effects) {
    if (idempotent(tool)) continue;
    if (seen.has(intent)) problems.push(`intents: ${tool} did "${intent}" twice.`);
    seen.add(intent);
  }
  return problems;
}

function checkCompaction(events: readonly RunEvent[]): readonly string[] {
  const same = sameState(foldAll(events), foldAll(compacted(events)));
  return same ? [] : ["compaction: the run says something else afterwards."];
}

function checkEnd(events: readonly RunEvent[], heard: ReadonlySet<string>): readonly string[] {
  const last = events.at(-1);
  if (last === undefined || !isTerminal(last)) {
    return [`stuck: nothing follows ${last?.type ?? "nothing"} (${last?.seq ?? 0}).`];
  }
  if (last.type !== "run.completed") return [];
  return events.flatMap((event) =>
    event.type === "message.received" && !heard.has(event.message.id)
      ? [`messages: no model was shown ${event.message.id}, and the run completed.`]
      : [],
  );
}
