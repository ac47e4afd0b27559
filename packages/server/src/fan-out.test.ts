import type { RuntimeCore, TailItem } from "@runwire/core";
import { createRuntime } from "@runwire/core";
import type { EventOf, RunEvent } from "@runwire/core/protocol";
import { describe, expect, test } from "vitest";
import { createHandler } from "./handler.ts";
import { nextMacrotask } from "./macrotask.ts";
import { cast, follow, serving, startRun } from "./serving.test.helper.ts";
import { portion, tellItems } from "./tell-items.test.helper.ts";

/** A runtime of one run, whose log is told here. */
function runtimeOf(items: () => Iterable<TailItem>, gone?: () => void): RuntimeCore {
  const runtime = createRuntime({ agents: cast().agents, recover: false });
  runtime.log.find = async (run) => ({
    run,
    thread: "t",
    agent: "greeter",
    status: "open",
    tail: 1,
    createdAt: 0,
  });
  return { ...runtime, watch: (_run, _from, viewer) => tellItems(items(), viewer, gone) };
}

function delta(seq: number, text: string): EventOf<"text.delta"> {
  return { seq, type: "text.delta", id: "p1", delta: text };
}

async function chunksOf(response: Response): Promise<readonly Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  const reader = response.body!.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return chunks;
    chunks.push(value);
  }
}

const ask = () => new Request("http://x/runs/run_1/events");

describe("many viewers", () => {
  test("get the very same bytes from the second on: what is encoded for one is encoded for all", async () => {
    const item = portion([delta(1, "a"), delta(2, "b")], 5);
    const handler = createHandler({
      runtime: runtimeOf(function* () {
        yield item;
      }),
    });
    const all = await Promise.all(
      Array.from({ length: 50 }, async () => chunksOf(await handler(ask()))),
    );
    const [first, second] = all;
    expect(first).toHaveLength(2);
    expect(first?.[1]).toEqual(second?.[1]);
    for (const chunks of all.slice(1)) expect(chunks[1]).toBe(second?.[1]);
    expect(new TextDecoder().decode(first?.[1])).toContain('id: 2.5\ndata: {"seq":2,');
  });

  test("another epoch of the same events has other cursors", async () => {
    const events: readonly RunEvent[] = [delta(1, "a")];
    let epoch = 1;
    const handler = createHandler({
      runtime: runtimeOf(function* () {
        yield portion(events, epoch++);
      }),
    });
    const read = async () => (await handler(ask())).text();
    expect(await read()).toContain("id: 1.1\n");
    expect(await read()).toContain("id: 1.2\n");
  });

  test("follow one real run: each gets all of it", async () => {
    const { call, talk } = serving();
    const { run } = await startRun(call, "puppet");
    const viewers = await Promise.all(
      Array.from({ length: 20 }, async () => follow(await call(`/runs/${run}/events`))),
    );
    for (const word of ["one ", "two ", "three"]) talk.say(word);
    talk.finish();
    const texts = await Promise.all(
      viewers.map(async (viewer) => {
        const frames = await viewer.rest();
        return frames.map(({ frame }) => ("delta" in frame ? frame.delta : "")).join("");
      }),
    );
    expect(new Set(texts)).toEqual(new Set(["one two three"]));
  });
});

describe("a viewer that never reads", () => {
  test("is fed a bounded amount, however long the run; those that read get everything", async () => {
    const portions = 2_000;
    let pulled = 0;
    const handler = createHandler({
      runtime: runtimeOf(function* () {
        for (let n = 0; n < portions; n++) {
          pulled++;
          yield portion([delta(n + 1, "x".repeat(1_000))], 1);
        }
      }),
    });
    const stalled = (await handler(ask())).body?.getReader();
    await stalled?.read();
    let before = -1;
    for (let turn = 0; turn < 1_000 && before !== pulled; turn++) {
      before = pulled;
      for (let hop = 0; hop < 5; hop++) await nextMacrotask();
    }
    expect(pulled).toBeLessThan(120);
    const chunks = await chunksOf(await handler(ask()));
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
    expect(bytes).toBeGreaterThan(portions * 1_000);
    expect(pulled).toBeLessThan(portions + 120);
    await stalled?.cancel();
  });

  test("is let go when the handler closes", async () => {
    let letGo = false;
    const handler = createHandler({
      runtime: runtimeOf(
        function* () {
          for (let seq = 1; ; seq++) yield portion([delta(seq, "x".repeat(10_000))], 1);
        },
        () => {
          letGo = true;
        },
      ),
    });
    const response = await handler(ask());
    const reader = response.body?.getReader();
    await reader?.read();
    for (let hop = 0; hop < 50; hop++) await nextMacrotask();
    await handler.close();
    for (let hop = 0; hop < 5; hop++) await nextMacrotask();
    expect(letGo).toBe(true);
    await reader?.cancel();
  });
});

test("frames of deltas are byte for byte what JSON.stringify gives", async () => {
  const nasty = 'quote " back \\ slash / \u2028 \u0000 \u001f 😀 é </script>';
  const events: readonly RunEvent[] = [
    delta(1, nasty),
    { seq: 2, type: "tool.args.delta", scope: 'c"1', call: 'c"2', delta: "\n" },
    { ...delta(3, "x"), later: true } as RunEvent,
  ];
  const handler = createHandler({
    runtime: runtimeOf(function* () {
      yield portion(events, 1);
    }),
  });
  const text = await (await handler(ask())).text();
  const expected = events.map((e) => `id: ${e.seq}.1\ndata: ${JSON.stringify(e)}\n\n`).join("");
  expect(text.replace(/^retry: \d+\n: \n\n/, "")).toBe(expected);
});
