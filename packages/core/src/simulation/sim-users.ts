import type { EventLog } from "../log/event-log.ts";
import { foldRun } from "../log/read-run.ts";
import type { Command } from "../protocol/command.ts";
import { isEnded } from "../protocol/ended.ts";
import { pendingApprovals, pendingCalls } from "../protocol/selectors.ts";
import type { Random } from "../testing/random-log/random.ts";
import type { SimProcess } from "./sim-process.ts";

type WithoutId<C> = C extends Command ? Omit<C, "id"> : never;

export interface SimUsers {
  /**
   * Looks at a run and answers what it asks for. Each question is answered at most once by somebody who means it, as a
   * run that needs to be told twice is stuck. In a hurry some questions are left for later, and some are for ever: those
   * that expire.
   */
  answer(run: string, hurry: boolean): Promise<void>;
  /** Says something to a run. */
  steer(run: string): void;
  cancel(run: string): void;
  /** The store may not know of what they said: they answer what it asks again. */
  forget(): void;
}

const never = new Promise<undefined>(() => {});

/** How long somebody waits for a server before asking another one, and how often. */
const patienceMs = 1_000;
const maxTries = 200;

/** People: they see the store's truth, and speak through any process that is up. */
export function simUsers(
  store: EventLog,
  random: Random,
  processes: () => readonly SimProcess[],
): SimUsers {
  const seen = new Set<string>();
  let ids = 0;

  /** Repeats the same command, here and there, until somebody has taken it. */
  const send = async (run: string, body: WithoutId<Command>): Promise<void> => {
    const command = { ...body, id: `cmd-${++ids}` } as Command;
    for (let tries = 0; tries < maxTries; tries++) {
      const up = processes();
      const answer = await Promise.race([
        up[random.int(up.length)]?.runtime.send(run, command).catch(() => undefined) ?? never,
        new Promise<undefined>((resolve) => setTimeout(resolve, patienceMs)),
      ]);
      if (answer !== undefined) return;
    }
    throw new Error(`Nobody took ${command.id}.`);
  };

  /** Whether somebody will answer now. In a hurry one looks away at times. */
  const isNew = (run: string, question: string, hurry: boolean): boolean => {
    if (seen.has(`${run} ${question}`) || (hurry && random.oneIn(2))) return false;
    seen.add(`${run} ${question}`);
    return true;
  };

  const decide = (run: string, approval: string, input: unknown): void => {
    const approved = !random.oneIn(4);
    const edited = approved && random.oneIn(3) ? { input: input as never } : {};
    void send(run, { type: "approval", approval, approved, ...edited });
    if (random.oneIn(4)) void send(run, { type: "approval", approval, approved: !approved });
  };

  const decideAt = (at: number, run: string, approval: string, input: unknown): void => {
    setTimeout(() => decide(run, approval, input), Math.max(0, at - Date.now()));
  };

  const complete = (run: string, call: string): void => {
    const output = random.oneIn(5) ? { wrong: 1 } : { ok: true };
    void send(run, { type: "result", call, output });
    if (random.oneIn(3)) void send(run, { type: "result", call, output: { ok: false } });
  };

  return {
    async answer(run, hurry) {
      const state = (await foldRun(store, run))?.state;
      if (state === undefined || isEnded(state)) return;
      for (const { part } of pendingApprovals(state)) {
        const { id, expiresAt } = part.approval;
        if (!isNew(run, id, hurry)) continue;
        // Before it expires, in the last moment, or never.
        const when = expiresAt === undefined ? 0 : random.int(4);
        if (when === 0) decide(run, id, part.input);
        else if (when < 3) decideAt((expiresAt ?? 0) - random.int(20), run, id, part.input);
      }
      for (const { part } of pendingCalls(state)) {
        if (isNew(run, part.call, hurry)) complete(run, part.call);
      }
    },
    steer(run) {
      const id = `message-${ids + 1}`;
      const parts = [{ type: "text" as const, text: `do ${id}` }];
      void send(run, { type: "message", message: { id, role: "user", parts } });
    },
    cancel(run) {
      void send(run, { type: "cancel", reason: "Enough." });
    },
    forget: () => seen.clear(),
  };
}
