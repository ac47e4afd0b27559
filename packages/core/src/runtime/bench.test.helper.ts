import "../simulation/virtual-time.ts";

import { afterEach, beforeEach, expect } from "vitest";
import type { AgentDefinition } from "../definition.ts";
import type { EventLog } from "../log/event-log.ts";
import { memoryLog } from "../log/memory-log.ts";
import { readRun } from "../log/read-run.ts";
import type { Command } from "../protocol/command.ts";
import { isTerminal } from "../protocol/event-types.ts";
import type { EventOf, EventType, RunEvent } from "../protocol/events.ts";
import { foldAll } from "../protocol/fold.ts";
import type { RunState } from "../protocol/state.ts";
import type { RuntimeCore, StartRequest } from "../runtime-contract.ts";
import { seedGlobals } from "../simulation/seed-globals.ts";
import { resetTime, runUntil, settled, within } from "../simulation/virtual-time.ts";
import { checkLog } from "../testing/check-log.ts";
import { createRandom } from "../testing/random-log/random.ts";
import { createRuntimeCore } from "./create-runtime.ts";
import { type AgentWorker, createWorker } from "./create-worker.ts";
import type { RuntimeOptions, WorkerOptions } from "./work-options.ts";

type WithoutId<C> = C extends Command ? Omit<C, "id"> : never;

/** Long enough for everything that a test waits for, in virtual time. */
const patienceMs = 3_600_000;

/** One run after another, in virtual time, on a log of the test's own. Its logs are checked when it is over. */
export class Bench {
  readonly log: EventLog;
  readonly errors: unknown[] = [];
  #closing: (() => Promise<void>)[] = [];
  #runs: string[] = [];
  #commands = 0;

  constructor(log: EventLog = memoryLog()) {
    this.log = log;
  }

  /** A process. */
  runtime(agents: readonly AgentDefinition[], options: Partial<RuntimeOptions> = {}): RuntimeCore {
    const onError = (error: unknown): void => void this.errors.push(error);
    const runtime = createRuntimeCore({ agents, log: this.log, onError, ...options });
    this.#closing.push(() => runtime.close({ deadlineMs: 0 }));
    return runtime;
  }

  /** A process that does nothing but work. */
  worker(agents: readonly AgentDefinition[], options: Partial<WorkerOptions> = {}): AgentWorker {
    const onError = (error: unknown): void => void this.errors.push(error);
    const worker = createWorker({ agents, log: this.log, onError, ...options });
    this.#closing.push(() => worker.close({ deadlineMs: 0 }));
    return worker;
  }

  /** Starts the run `r1`, `r2`, … of the runtime's first agent. */
  async start(runtime: RuntimeCore, request: Partial<StartRequest> = {}): Promise<string> {
    const [agent = ""] = [...runtime.agents.keys()];
    const run = `r${this.#runs.length + 1}`;
    this.#runs.push(run);
    const started = runtime.start({ agent, input: "Go.", run, ...request });
    expect(await within(patienceMs, started)).toMatchObject({ status: "ok" });
    return run;
  }

  async send(runtime: RuntimeCore, run: string, command: WithoutId<Command>): Promise<string> {
    const id = `cmd-${++this.#commands}`;
    const sent = runtime.send(run, { ...command, id } as Command);
    expect(await within(patienceMs, sent)).toMatchObject({ status: "ok" });
    return id;
  }

  say(runtime: RuntimeCore, run: string, text: string): Promise<string> {
    const id = `said-${this.#commands + 1}`;
    const message = { id, role: "user" as const, parts: [{ type: "text" as const, text }] };
    return this.send(runtime, run, { type: "message", message });
  }

  /** Lets time pass until the run's log holds such an event, and gives the newest. */
  async until<T extends EventType>(
    run: string,
    type: T,
    fits: (event: EventOf<T>) => boolean = () => true,
  ): Promise<EventOf<T>> {
    const find = (events: readonly RunEvent[]) =>
      events.findLast((event) => event.type === type && fits(event as EventOf<T>));
    let found: RunEvent | undefined;
    let looking = false;
    await runUntil(() => {
      if (!looking && found === undefined) {
        looking = true;
        void this.events(run).then((events) => {
          found = find(events);
          looking = false;
        });
      }
      return found !== undefined;
    }, patienceMs);
    if (found === undefined) throw new Error(`${run} never came to ${type}.`);
    return found as EventOf<T>;
  }

  /** Lets time pass until the run has ended. */
  async end(run: string): Promise<RunState> {
    let status: string | undefined;
    await runUntil(() => {
      void this.log.find(run).then((info) => {
        status = info?.status;
      });
      return status === "ended";
    }, patienceMs);
    const events = await this.events(run);
    expect(events.at(-1)).toSatisfy(isTerminal);
    return foldAll(events) as RunState;
  }

  async events(run: string): Promise<readonly RunEvent[]> {
    const events: RunEvent[] = [];
    for await (const part of readRun(this.log, run)) events.push(...part.events);
    return events;
  }

  async types(run: string): Promise<readonly EventType[]> {
    return (await this.events(run)).map(({ type }) => type);
  }

  /** A process that is suddenly gone: whatever it asks the log, it hears nothing. */
  mortal(): { readonly log: EventLog; kill(): void } {
    let alive = true;
    const never = new Promise<never>(() => {});
    const through = async <T>(call: () => Promise<T>): Promise<T> => {
      if (!alive) return never;
      const answer = await call();
      return alive ? answer : never;
    };
    const log = Object.fromEntries(
      Object.entries(this.log).map(([name, operation]) => [
        name,
        typeof operation === "function"
          ? (...given: unknown[]) =>
              through(() => (operation as (...given: unknown[]) => Promise<unknown>)(...given))
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

  async over(): Promise<void> {
    for (const close of this.#closing) void close();
    for (const run of this.#runs) {
      const [events, inbox] = await Promise.all([this.events(run), this.log.inbox(run, 0, 1_000)]);
      expect(checkLog({ events, inbox, idempotent: (tool) => tool === "safe" })).toEqual([]);
    }
    await settled();
  }
}

/** A bench for each test of the file. */
export function useBench(): () => Bench {
  let bench: Bench;
  let restore: () => void;
  beforeEach(() => {
    resetTime();
    restore = seedGlobals(createRandom(1));
    bench = new Bench();
  });
  afterEach(async () => {
    await bench.over();
    restore();
  });
  return () => bench;
}
