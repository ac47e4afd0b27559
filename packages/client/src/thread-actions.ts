import type { RunInput } from "@runwire/core";
import {
  type Content,
  isEnded,
  type Json,
  type Message,
  type RunState,
} from "@runwire/core/protocol";
import { ClientError } from "./client-error.ts";
import type { Commands } from "./commands.ts";
import type { Conversation } from "./conversation.ts";
import type { Http } from "./http.ts";
import { randomId } from "./ids.ts";
import type { Outbox } from "./outbox.ts";
import type { Thread, ThreadSnapshot } from "./thread.ts";

export interface ThreadActionsOptions {
  readonly http: Http;
  readonly commands: Commands;
  readonly conversation: Conversation;
  readonly outbox: Outbox;
  readonly agent: string;
  /** The thread's id; makes one if it has none yet. */
  readonly ensureThread: () => string;
  /** Puts another view of the thread in place of what is shown. */
  readonly load: (snapshot: ThreadSnapshot) => void;
  /** An action begins: what went wrong before is history. */
  readonly began: () => void;
  readonly failed: (error: unknown) => void;
  /** Something is to be seen at once. */
  readonly changed: () => void;
}

type Actions = Omit<Thread, "state" | "initial" | "subscribe" | "message">;

export interface ThreadActions extends Actions {
  /** A message that an open run refused after all, since it is being cancelled: what was said comes next. */
  say(message: Message): void;
}

interface Start {
  readonly input: RunInput;
  readonly message: Message;
  readonly previous?: string | null | undefined;
  readonly busy?: "queue";
  readonly history?: readonly Message[] | undefined;
  readonly metadata?: RunState["metadata"] | undefined;
}

export function createThreadActions(options: ThreadActionsOptions): ThreadActions {
  const { http, commands, conversation, outbox, agent, changed, failed } = options;

  /** Begins an action: resolves with whether the server accepted. */
  async function attempt(action: () => Promise<unknown>): Promise<boolean> {
    options.began();
    return settle(action);
  }

  async function settle(action: () => Promise<unknown>): Promise<boolean> {
    try {
      return (await action()) !== false;
    } catch (error) {
      failed(error);
      return false;
    }
  }

  /** The run that is open or about to be, as far as is known here. */
  function openRun(): string | undefined {
    const { live } = conversation;
    if (outbox.starting !== undefined) return outbox.starting.run;
    return live?.state !== undefined && !isEnded(live.state) ? live.id : undefined;
  }

  /** The same once the server knows it. */
  async function acceptedRun(): Promise<string | undefined> {
    const run = openRun();
    if (run !== undefined && outbox.starting?.run === run) await outbox.starting.accepted;
    return openRun();
  }

  async function start(request: Start): Promise<boolean> {
    const { message, previous } = request;
    const run = randomId("run_");
    // In a thread without a past the stream begins with the first event of its first run.
    conversation.cursor ??= `${run}/0`;
    const thread = options.ensureThread();
    const accepted = settle(async () => {
      try {
        await http.call({
          method: "POST",
          path: `/agents/${encodeURIComponent(agent)}/runs`,
          headers: { prefer: "respond-async" },
          body: { ...request, message: message.id, run, thread },
        });
      } catch (error) {
        outbox.end(run);
        // Another viewer was quicker: then this is said to the run that is open now.
        const open =
          ClientError.is(error) && error.code === "busy" ? error.problem?.run : undefined;
        if (open === undefined || previous !== undefined) throw error;
        return steer(open, request.input, message);
      }
    });
    outbox.begin({ run, message, previous, accepted });
    changed();
    return accepted;
  }

  async function steer(run: string, input: RunInput, message: Message): Promise<boolean> {
    const command = randomId("cmd_");
    outbox.steer(command, message);
    changed();
    try {
      if (outbox.starting?.run === run && !(await outbox.starting.accepted)) {
        outbox.settle(command);
        changed();
        return false;
      }
      await commands.message(run, input, { message: message.id, command });
      return true;
    } catch (error) {
      outbox.settle(command);
      if (!ClientError.is(error) || error.code !== "closed") throw error;
      return next(input, message);
    }
  }

  /** Starts the run after the newest one, or after the one that is shown where that is another branch. */
  function next(input: RunInput, message: Message): Promise<boolean> {
    const { aside, live } = conversation;
    return start({ input, message, previous: aside ? live?.id : undefined });
  }

  /** Leaves the branch of a run for a new one beside it. */
  async function branch(from: RunState, input: RunInput | undefined): Promise<boolean> {
    const asked = questionOf(from);
    const content = input ?? asked.input;
    if (content === undefined) return false;
    if (!isEnded(from)) await cancel(from.run);
    const { metadata, previous = null } = from;
    return start({
      input: content,
      message: userMessage(content),
      previous,
      history: asked.history.length > 0 ? asked.history : undefined,
      metadata,
    });
  }

  /** That it has ended is as good. */
  async function cancel(run: string, why?: { readonly reason?: string }): Promise<void> {
    await commands.cancel(run, why).catch((error: unknown) => {
      if (!ClientError.is(error) || error.code !== "closed") throw error;
    });
  }

  const decide = (id: string, verdict: Parameters<Commands["approval"]>[2]) =>
    attempt(async () => {
      const run = openRun();
      if (run === undefined) return false;
      await commands.approval(run, id, verdict);
    });

  return {
    send: (input) =>
      attempt(async () => {
        const message = userMessage(input);
        const open = openRun();
        return open === undefined ? next(input, message) : steer(open, input, message);
      }),
    say: (message) => {
      const input = message.parts as readonly Content[];
      void settle(() => start({ input, message, busy: "queue" }));
    },
    stop: (why) =>
      attempt(async () => {
        const run = await acceptedRun();
        if (run === undefined) return false;
        await cancel(run, why);
      }),
    regenerate: () =>
      attempt(async () => {
        await acceptedRun();
        const newest = conversation.live?.state;
        return newest === undefined ? false : branch(newest, undefined);
      }),
    async edit(message, input) {
      const holds = (state: RunState | undefined) =>
        state?.messages.some(({ id }) => id === message);
      const live = conversation.live?.state;
      const run = holds(live) ? live : conversation.chain.find(holds);
      if (run === undefined) throw new Error(`There is no message "${message}" in this thread.`);
      return attempt(async () => {
        if (live !== undefined && live !== run && !isEnded(live)) await cancel(live.run);
        return branch(run, input);
      });
    },
    show: (run) =>
      attempt(async () => {
        const thread = encodeURIComponent(options.ensureThread());
        const tip = encodeURIComponent(conversation.tipOf(run));
        const path = `/threads/${thread}?run=${tip}`;
        options.load((await http.call({ path })) as ThreadSnapshot);
      }),
    approve: (id, more) => decide(id, { approved: true, ...more }),
    deny: (id, more) => decide(id, { approved: false, ...more }),
    complete: (call, output: Json) =>
      attempt(async () => {
        const run = openRun();
        if (run === undefined) return false;
        await commands.result(run, call, { output });
      }),
  };
}

function userMessage(input: RunInput): Message {
  const parts: readonly Content[] =
    typeof input === "string" ? [{ type: "text", text: input }] : input;
  return { id: randomId("msg_"), role: "user", parts };
}

/** What a run was asked, and what it was told of earlier: its messages up to the first that it wrote itself. */
function questionOf({ messages }: RunState): {
  readonly input: readonly Content[] | undefined;
  readonly history: readonly Message[];
} {
  const own = messages.findIndex(({ agent }) => agent !== undefined);
  const given = own === -1 ? messages : messages.slice(0, own);
  const last = given.findLastIndex(({ role }) => role === "user");
  return {
    input: given[last]?.parts as readonly Content[] | undefined,
    history: given.slice(0, Math.max(0, last)),
  };
}
