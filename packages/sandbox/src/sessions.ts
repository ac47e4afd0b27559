import type { ToolContext } from "@runwire/core";
import { type CallableTools, hostTools } from "./host-tools.ts";
import type { RunOptions, RunResult, Sandbox, SandboxContext } from "./sandbox.ts";

/** What programs of different calls share: nothing, the run, or the thread. */
export type Sharing = "call" | "run" | "thread";

/** More contexts than this are not kept; the one that was idle longest goes first. */
const maxKept = 8;
/** One that is idle for longer goes too. */
const idleMs = 5 * 60_000;

interface Session {
  readonly context: Promise<SandboxContext>;
  /** The call whose program runs. */
  call: ToolContext;
  turn: Promise<unknown>;
  users: number;
  idle: ReturnType<typeof setTimeout> | undefined;
}

/** Runs a tool's programs in contexts that calls share. A context that was let go is made anew: its state is lost. */
export interface Sessions {
  run(call: ToolContext, code: string, options: RunOptions): Promise<RunResult>;
}

export function sessions(sandbox: Sandbox, sharing: Sharing, tools: CallableTools): Sessions {
  const kept = new Map<string, Session>();

  function begin(call: ToolContext): Session {
    const session: Session = {
      context: sandbox.open({ tools: hostTools(tools, () => session.call) }),
      call,
      turn: Promise.resolve(),
      users: 0,
      idle: undefined,
    };
    return session;
  }

  async function end(key: string, session: Session): Promise<void> {
    clearTimeout(session.idle);
    if (kept.get(key) === session) kept.delete(key);
    await (await session.context).close();
  }

  /** The key's session, as the newest one. */
  function take(key: string, call: ToolContext): Session {
    const session = kept.get(key) ?? begin(call);
    clearTimeout(session.idle);
    kept.delete(key);
    kept.set(key, session);
    return session;
  }

  function release(key: string, session: Session): void {
    if (session.users > 0 || kept.get(key) !== session) return;
    // A session that cannot be closed is the sandbox's to clean up.
    const letGo = (key: string, session: Session): void => void end(key, session).catch(() => {});
    session.idle = setTimeout(() => letGo(key, session), idleMs);
    session.idle.unref?.();
    for (const [oldest, other] of kept) {
      if (kept.size <= maxKept) break;
      if (other.users === 0) letGo(oldest, other);
    }
  }

  return {
    async run(call, code, options) {
      if (sharing === "call") {
        const session = begin(call);
        try {
          return await (await session.context).run(code, options);
        } finally {
          await end("", session);
        }
      }
      const key = sharing === "run" ? call.run : call.thread;
      const session = take(key, call);
      session.users++;
      const result = session.turn.then(async () => {
        session.call = call;
        return (await session.context).run(code, options);
      });
      session.turn = result.catch(() => {});
      try {
        return await result;
      } catch (error) {
        // Whatever failed may have failed for good.
        await end(key, session).catch(() => {});
        throw error;
      } finally {
        session.users--;
        release(key, session);
      }
    },
  };
}
