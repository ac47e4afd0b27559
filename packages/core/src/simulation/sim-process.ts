import type { AgentDefinition } from "../definition.ts";
import type { EventLog } from "../log/event-log.ts";
import { createRuntimeCore } from "../runtime/create-runtime.ts";
import type { RuntimeCore } from "../runtime-contract.ts";
import { RunwireError } from "../runwire-error.ts";
import type { Random } from "../testing/random-log/random.ts";

/** What a log's reply that never came looks like to its caller. */
class LostReply extends Error {}

/** How bad the network is: one call in so many fails before it is made, or loses its reply. `undefined`: none does. */
export interface Weather {
  trouble: number | undefined;
  /** The longest way of a call to the store, or of its reply, in ms. */
  latencyMs: number;
}

/** A process as the simulation knows it: it may stand still, and it may die. Its tools ask it before they touch the world. */
export interface SimProcess {
  readonly name: string;
  readonly runtime: RuntimeCore;
  readonly alive: boolean;
  readonly paused: boolean;
  /** Faults that the runtime reported, lost replies left out. */
  readonly errors: readonly unknown[];
  /** `kill -9`: whatever it was about to do, it never does. */
  kill(): void;
  /** SIGSTOP; `resume` is SIGCONT. */
  pause(): void;
  resume(): void;
  /** Resolves when the process runs; never, when it died. */
  running(): Promise<void>;
  /** Sleeps as code of this process. */
  sleep(ms: number): Promise<void>;
}

export interface SimProcessOptions {
  readonly name: string;
  readonly store: EventLog;
  readonly random: Random;
  readonly weather: Weather;
  readonly leaseMs: number;
  readonly agents: (process: SimProcess) => readonly AgentDefinition[];
}

export function simProcess(options: SimProcessOptions): SimProcess {
  const { name, store, random, weather, leaseMs } = options;
  const errors: unknown[] = [];
  let alive = true;
  let resumed: Promise<void> | undefined;
  let resume = (): void => {};
  const never = new Promise<never>(() => {});

  const running = async (): Promise<void> => {
    while (resumed !== undefined) await resumed;
    if (!alive) await never;
  };
  const sleep = async (ms: number): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    await running();
  };
  const way = async (): Promise<void> => {
    const ms = random.int(weather.latencyMs + 1);
    if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
  };

  /** A call between this process and the store. A call that is on its way arrives, also after the caller's death. */
  async function through<T>(call: () => Promise<T>): Promise<T> {
    await running();
    const lost = (): boolean => weather.trouble !== undefined && random.oneIn(weather.trouble);
    await way();
    if (lost()) {
      await running();
      throw new LostReply("The call did not get through.");
    }
    const answer = await call();
    await way();
    await running();
    if (lost()) throw new LostReply("The reply was lost.");
    return answer;
  }

  const { threads } = store;
  const log: EventLog = {
    create: (run) => through(() => store.create(run)),
    claim: (request) => through(() => store.claim(request)),
    append: (run, batch) => through(() => store.append(run, batch)),
    renew: (leases, ms) => through(() => store.renew(leases, ms)),
    send: (run, command) => through(() => store.send(run, command)),
    inbox: (run, after, limit) => through(() => store.inbox(run, after, limit)),
    read: (run, after, limit) => through(() => store.read(run, after, limit)),
    find: (run) => through(() => store.find(run)),
    uncompacted: (query) => through(() => store.uncompacted(query)),
    compact: (run, events) => through(() => store.compact(run, events)),
    delete: (what) => through(() => store.delete(what)),
    async wait(topic, signal) {
      const deaf = weather.trouble !== undefined && random.oneIn(weather.trouble);
      await store.wait(deaf ? "run:nobody" : topic, signal);
      if (!signal.aborted) await way();
      await running();
    },
    threads: {
      get: (thread) => through(() => threads.get(thread)),
      list: (query) => through(() => threads.list(query)),
      runs: (thread) => through(() => threads.runs(thread)),
    },
  };

  const process: Omit<SimProcess, "runtime"> = {
    name,
    errors,
    get alive() {
      return alive;
    },
    get paused() {
      return resumed !== undefined;
    },
    kill() {
      alive = false;
      resume();
    },
    pause() {
      if (resumed !== undefined) return;
      resumed = new Promise((resolve) => {
        resume = () => {
          resumed = undefined;
          resolve();
        };
      });
    },
    resume: () => resume(),
    running,
    sleep,
  };
  const runtime = createRuntimeCore({
    // Tools get hold of the process only when they run: it is whole by then.
    agents: options.agents(process as SimProcess),
    log,
    leaseMs,
    onError: (error) => {
      // A hand-over is late where replies are lost.
      const late = RunwireError.is(error) && error.code === "shut-down";
      if (alive && !late && !(error instanceof LostReply)) errors.push(error);
    },
  });
  return Object.assign(process, { runtime });
}
