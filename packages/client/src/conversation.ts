import { isEnded, type RunEvent, type RunState, type SnapshotFrame } from "@runwire/core/protocol";
import type { LiveRun } from "./live-run.ts";
import type { ThreadRun, ThreadSnapshot } from "./thread.ts";

/**
 * What is known of a thread: the runs of the shown branch, of which only the last may still change, and which other runs
 * there are.
 */
export class Conversation {
  /** The settled runs of the shown branch, oldest first. Replaced, never changed. */
  chain: readonly RunState[] = [];
  /** The run after them: the newest of the branch. */
  live: LiveRun | undefined;
  /** All runs of all branches, oldest first. Replaced, never changed. */
  runs: readonly ThreadRun[] = [];
  /** Where the thread's stream goes on: `<run>/<cursor>`. */
  cursor: string | undefined;
  /** The shown branch is not the newest one. */
  aside = false;
  readonly #follow: (run: string) => LiveRun;

  constructor(follow: (run: string) => LiveRun) {
    this.#follow = follow;
  }

  /** The runs of the shown branch as they are now. */
  branch(): readonly RunState[] {
    const newest = this.live?.state;
    return newest === undefined ? this.chain : [...this.chain, newest];
  }

  /** Takes what the server told in place of all that was known. */
  load({ head, runs, chain }: ThreadSnapshot): void {
    // A run that waits for the one before it is shown when its turn comes: the stream tells of it then.
    const open = chain.findIndex((state) => !isEnded(state));
    const newest = open === -1 ? chain.length - 1 : open;
    const state = chain[newest];
    this.live?.stop();
    this.live = undefined;
    this.chain = chain.slice(0, Math.max(0, newest));
    this.cursor = undefined;
    this.aside = false;
    // Those after it are new to whoever reads the stream.
    const later = new Set(chain.slice(newest + 1).map(({ run }) => run));
    this.runs = runs.filter(({ run }) => !later.has(run));
    if (state === undefined) return;
    this.live = this.#follow(state.run);
    this.live.begin(state);
    this.aside = !chain.some(({ run }) => run === head);
    const tip = runs.find(({ run }) => run === head);
    // Of another branch than the shown one only what begins from now on matters.
    this.cursor =
      this.aside && tip !== undefined ? `${tip.run}/${tip.tail}` : `${state.run}/${state.seq}`;
  }

  /**
   * Takes a frame of one of the thread's runs. `aside`: it belongs to a branch that is not shown. `lost`: it does not
   * join what is known; load again.
   */
  take(
    run: string,
    frame: RunEvent | SnapshotFrame,
    id: string | undefined,
  ): "taken" | "known" | "missing" | "aside" | "lost" {
    let { live } = this;
    if (live?.id !== run) {
      if (this.runs.some((other) => other.run === run)) {
        this.cursor = id ?? this.cursor;
        return "aside";
      }
      if (!this.#join(run, frame)) return "lost";
      live = this.live;
    }
    const cursor = id?.slice(run.length + 1);
    const how = live?.take(frame, cursor) ?? "lost";
    if (how === "taken") this.cursor = id ?? this.cursor;
    return how;
  }

  /** A run that began just now becomes the newest of the branch that it goes on from. */
  #join(run: string, frame: RunEvent | SnapshotFrame): boolean {
    if (frame.type !== "snapshot" && frame.type !== "run.started") return false;
    const { thread, agent, previous } = frame.type === "snapshot" ? frame.state : frame;
    const branch = this.branch();
    const after =
      previous === undefined ? 0 : 1 + branch.findIndex((state) => state.run === previous);
    if (after === 0 && previous !== undefined) return false;
    this.live?.stop();
    this.aside = false;
    this.chain = after === this.chain.length ? this.chain : branch.slice(0, after);
    this.live = this.#follow(run);
    const createdAt = frame.type === "snapshot" ? frame.state.startedAt : frame.at;
    const info: ThreadRun = { run, thread, agent, status: "open", tail: 1, createdAt };
    this.runs = [...this.runs, previous === undefined ? info : { ...info, previous }];
    return true;
  }

  /** The newest run that goes back to this one. */
  tipOf(run: string): string {
    const previous = new Map(this.runs.map((info) => [info.run, info.previous]));
    const leadsBack = (from: string) => {
      let id: string | undefined = from;
      // Bounded, should what the server told go in a circle.
      for (let hops = 0; id !== undefined && hops <= this.runs.length; hops++) {
        if (id === run) return true;
        id = previous.get(id);
      }
      return false;
    };
    return this.runs.findLast((info) => leadsBack(info.run))?.run ?? run;
  }
}
