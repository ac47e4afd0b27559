import type { Topic } from "../../log/event-log.ts";
import { ok } from "../assert.ts";
import { cancel, cases, type Kit } from "./kit.ts";

/** Waits that are armed before the change must hear of it. */
async function hears(kit: Kit, topics: readonly Topic[], change: () => Promise<unknown>) {
  const done = new AbortController();
  const told = Promise.all(
    topics.map((topic) => kit.soon(kit.log.wait(topic, done.signal), `wait for ${topic}`)),
  );
  // When the change itself fails, that is the error to report.
  told.catch(() => undefined);
  try {
    await change();
    await told;
  } finally {
    done.abort();
  }
}

export const waitCases = cases("wait", {
  async "tells of every change after the call"(kit) {
    const { log, thread } = kit;
    const about = `thread:${thread}` as const;
    const run = kit.id();
    await hears(kit, [about, "ready"], () => kit.created({ run }));
    await hears(kit, [`inbox:${run}`], () => log.send(run, cancel("c1")));
    const lease = await kit.claimed(run);
    await hears(kit, [`run:${run}`], () => kit.grow(lease, 1));
    await hears(kit, ["ready"], () => kit.release(lease, 0));
    const again = await kit.claimed(run);
    await kit.release(again, null);
    await hears(kit, ["ready", `inbox:${run}`], () => log.send(run, cancel("c2")));
    const last = await kit.claimed(run);
    await kit.created({ previous: run });
    await hears(kit, [`run:${run}`, "ready", about], () => kit.close(last));
    await hears(kit, [`run:${run}`, about], () => log.delete({ run }));
    const other = await kit.created();
    await hears(kit, [`run:${other}`, about], () => log.delete({ thread }));
  },

  async "all who wait are told, and each change anew"(kit) {
    const lease = await kit.owned();
    const topic = `run:${lease.run}` as const;
    for (let round = 0; round < 3; round++) {
      await hears(kit, [topic, topic, topic], () => kit.grow({ ...lease, tail: 1 + round }, 1));
    }
  },

  async "ends with its signal, and never rejects"(kit) {
    const topic = `run:${kit.id()}` as const;
    const abort = new AbortController();
    const waits = [kit.log.wait(topic, abort.signal), kit.log.wait("ready", abort.signal)];
    abort.abort(new Error("a reason that nobody sees"));
    waits.push(kit.log.wait(topic, abort.signal));
    await kit.soon(Promise.all(waits), "wait after the abort");
  },

  async "leaves no listener behind"(kit) {
    const lease = await kit.owned();
    const { signal } = new AbortController();
    const listeners = new Set<unknown>();
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners.add(args[1]);
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners.delete(args[1]);
      removeEventListener.apply(signal, args);
    };
    for (let round = 0; round < 20; round++) {
      const wait = kit.log.wait(`run:${lease.run}`, signal);
      await kit.grow({ ...lease, tail: 1 + round }, 1);
      await kit.soon(wait, "wait");
    }
    ok(listeners.size <= 1, `${listeners.size} listeners are left on the signal`);
  },
});
