import { type Client, createClient, type Thread, type ThreadSnapshot } from "@runwire/client";
import { textOf } from "@runwire/core/protocol";
import { useAgentStream, useMessage, useThread, useThreadState } from "@runwire/react";
import {
  act,
  cleanup,
  configure,
  fireEvent,
  render,
  screen,
  waitFor,
} from "@testing-library/react";
import { StrictMode } from "react";
import { renderToString } from "react-dom/server";
import { afterEach, expect, test } from "vitest";
import { type Served, serveAgents } from "../serve-agents.test.helper.ts";
import { until } from "../until.test.helper.ts";

configure({ asyncUtilTimeout: 10_000 });
afterEach(cleanup);

interface ChatProps {
  readonly url: string;
  readonly agent: "talker" | "writer";
  readonly thread?: string | undefined;
  readonly initial?: ThreadSnapshot | undefined;
  readonly named?: (thread: string | undefined) => void;
}

/** A whole chat, as an application would write it. */
function Chat({ named, ...options }: ChatProps) {
  const chat = useAgentStream(options);
  named?.(chat.thread);
  return (
    <main>
      <p data-testid="status">{chat.status}</p>
      <ol>
        {chat.messages.map(({ id, role, parts }) => (
          <li key={id}>
            {role}: {textOf(parts)}
          </li>
        ))}
      </ol>
      {chat.approvals.map(({ part }) => (
        <button key={part.call} type="button" onClick={() => chat.approve(part.approval.id)}>
          Approve {part.name}
        </button>
      ))}
      <button type="button" onClick={() => chat.send("Hi")}>
        Send
      </button>
      <button type="button" onClick={() => chat.stop()}>
        Stop
      </button>
      <button type="button" onClick={() => chat.regenerate()}>
        Again
      </button>
      <button type="button" onClick={() => chat.edit(chat.messages[0]?.id ?? "", "Ho")}>
        Edit
      </button>
    </main>
  );
}

const press = (name: string) => fireEvent.click(screen.getByRole("button", { name }));
const shown = () => screen.getAllByRole("listitem").map(({ textContent }) => textContent);
const status = (value: string) =>
  waitFor(() => expect(screen.getByTestId("status").textContent).toBe(value));

test("a conversation from the first message to the last branch", async () => {
  const { talk, url } = await serveAgents();
  render(<Chat url={url} agent="talker" />, { wrapper: StrictMode });
  expect(screen.getByTestId("status").textContent).toBe("idle");
  press("Send");
  expect(shown()).toEqual(["user: Hi"]);
  expect(screen.getByTestId("status").textContent).toBe("submitting");
  await status("running");
  await until(() => talk.calls.length === 1);
  talk.begin();
  talk.say("Hel");
  await waitFor(() => expect(shown()).toEqual(["user: Hi", "assistant: Hel"]));
  talk.say("lo");
  talk.finish();
  await status("idle");
  expect(shown()).toEqual(["user: Hi", "assistant: Hello"]);

  press("Send");
  await until(() => talk.calls.length === 2);
  press("Stop");
  await status("idle");

  press("Again");
  await until(() => talk.calls.length === 3);
  talk.begin();
  talk.say("Again");
  talk.finish();
  await status("idle");
  expect(shown()).toEqual(["user: Hi", "assistant: Hello", "user: Hi", "assistant: Again"]);
  press("Edit");
  await waitFor(() => expect(shown()[0]).toBe("user: Ho"));
  await until(() => talk.calls.length === 4);
  talk.begin();
  talk.finish();
  await status("idle");
});

test("an approval is asked for and given", async () => {
  const { url } = await serveAgents();
  render(<Chat url={url} agent="writer" />);
  press("Send");
  await status("waiting");
  fireEvent.click(await screen.findByRole("button", { name: "Approve write" }));
  await status("idle");
  expect(shown().at(-1)).toBe("assistant: Written.");
});

test("a server renders what is there, the page takes over and goes on with the open run", async () => {
  const { talk, url } = await serveAgents();
  const client = createClient<Served>({ url });
  const started = client.run("talker", "Hi");
  await until(() => talk.calls.length === 1);
  talk.begin();
  talk.say("Hel");
  await until(() => started.state?.messages[1]?.parts.length === 1);
  await until(async () => (await client.load("talker", started.thread))?.chain[0]?.seq === 4);
  const initial = (await client.load("talker", started.thread)) as ThreadSnapshot;
  const page = <Chat url={url} agent="talker" thread={started.thread} initial={initial} />;
  const container = document.body.appendChild(document.createElement("div"));
  container.innerHTML = renderToString(page);
  expect(shown()).toEqual(["user: Hi", "assistant: Hel"]);
  const [line] = screen.getAllByRole("listitem");
  const complaints: unknown[] = [];
  const onRecoverableError = (error: unknown) => void complaints.push(error);
  render(page, { container, hydrate: true, onRecoverableError });
  expect(screen.getAllByRole("listitem")[0]).toBe(line);
  talk.say("lo");
  talk.finish();
  await status("idle");
  expect(shown()).toEqual(["user: Hi", "assistant: Hello"]);
  expect(complaints).toEqual([]);
});

test("a new conversation keeps going when its id comes back, and others can be opened", async () => {
  const { talk, url } = await serveAgents();
  let id: string | undefined;
  const named = (thread: string | undefined) => {
    id = thread;
  };
  const view = render(<Chat url={url} agent="talker" named={named} />);
  press("Send");
  await until(() => talk.calls.length === 1);
  const first = id;
  view.rerender(<Chat url={url} agent="talker" named={named} thread={first} />);
  expect(shown()[0]).toBe("user: Hi");
  talk.begin();
  talk.say("Hello");
  talk.finish();
  await status("idle");
  view.rerender(<Chat url={url} agent="talker" named={named} />);
  expect(screen.queryAllByRole("listitem")).toEqual([]);
  expect(id).toBeUndefined();
  view.rerender(<Chat url={url} agent="talker" named={named} thread={first} />);
  await waitFor(() => expect(screen.queryAllByRole("listitem")).toHaveLength(2));
  expect(shown()).toEqual(["user: Hi", "assistant: Hello"]);
});

interface LineProps {
  readonly live: Thread;
  readonly id: string;
  readonly rendered: (id: string) => void;
}

function Line({ live, id, rendered }: LineProps) {
  rendered(id);
  return <li>{textOf(useMessage(live, id)?.parts ?? [])}</li>;
}

function Lines({ client, thread, rendered }: Omit<LineProps, "live" | "id"> & LinesProps) {
  const live = useThread({ client, agent: "talker", thread });
  const ids = useThreadState(
    live,
    ({ messages }) => messages.map(({ id }) => id),
    (a, b) => a.join() === b.join(),
  );
  rendered("list");
  return ids.map((id) => <Line key={id} live={live} id={id} rendered={rendered} />);
}

interface LinesProps {
  readonly client: Client;
  readonly thread: string;
}

test("a token renders the message it belongs to, and nothing else", async () => {
  const { talk, url } = await serveAgents();
  const client = createClient({ url });
  const run = client.run("talker", "Hi");
  await until(() => talk.calls.length === 1);
  talk.begin();
  talk.say("0 ");
  const renders = new Map<string, number>();
  const rendered = (id: string) => void renders.set(id, (renders.get(id) ?? 0) + 1);
  render(<Lines client={client} thread={run.thread} rendered={rendered} />);
  await waitFor(() => expect(screen.getAllByRole("listitem")).toHaveLength(2));
  const before = new Map(renders);
  for (let token = 1; token <= 5; token++) {
    act(() => talk.say(`${token} `));
    await waitFor(() =>
      expect(screen.getAllByRole("listitem")[1]?.textContent?.endsWith(`${token} `)).toBe(true),
    );
  }
  const [question, answer] = run.state?.messages.map(({ id }) => id) ?? [];
  expect(renders.get("list")).toBe(before.get("list"));
  expect(renders.get(question ?? "")).toBe(before.get(question ?? ""));
  expect(renders.get(answer ?? "")).toBeGreaterThan(before.get(answer ?? "") ?? 0);
  await run.cancel();
  await expect(run.result).rejects.toThrow();
});

test("two hooks on one thread, and strict mode, show the same over one connection each", async () => {
  const { talk, url } = await serveAgents();
  const asked: string[] = [];
  const client = createClient({
    url,
    fetch: (address, init) => {
      asked.push(new URL(address).pathname.split("/").at(-1) ?? "");
      return fetch(address, init);
    },
  });
  const run = client.run("talker", "Hi");
  await until(() => talk.calls.length === 1);
  asked.length = 0;
  const rendered = () => {};
  const lines = <Lines client={client} thread={run.thread} rendered={rendered} />;
  render(
    [lines, lines].map((list, index) => <ol key={String(index)}>{list}</ol>),
    {
      wrapper: StrictMode,
    },
  );
  talk.begin();
  talk.say("Hello");
  await waitFor(() =>
    expect(screen.getAllByRole("listitem").map(({ textContent }) => textContent)).toEqual([
      "Hi",
      "Hello",
      "Hi",
      "Hello",
    ]),
  );
  expect(asked.sort()).toEqual(["events", "events", run.thread, run.thread]);
  await run.cancel();
  await expect(run.result).rejects.toThrow();
});
