import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createRuntime, type RuntimeCore, type ThreadItem, type Viewer } from "@runwire/core";
import { type Frame, parseCursor, type RunEvent } from "@runwire/core/protocol";
import { describe, expect, test, vi } from "vitest";
import { createHandler } from "./handler.ts";
import { parseSse } from "./serving.test.helper.ts";
import { portion, tellItems } from "./tell-items.test.helper.ts";

const folder = new URL("../../../test/fixtures/", import.meta.url);
const names = readdirSync(folder).flatMap((file) => /^(.+)\.json$/.exec(file)?.[1] ?? []);

interface GoldenFrame {
  readonly id?: string;
  readonly frame: Frame;
}

function framesOf(name: string): readonly GoldenFrame[] {
  return JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8"));
}

/** The frames as a runtime hands them out: events of one epoch together, `size` at most. */
function portions(frames: readonly GoldenFrame[], size: number): readonly ThreadItem[] {
  const items: (ThreadItem | { type: "portion"; events: readonly RunEvent[]; epoch: number })[] =
    [];
  for (const { id = "", frame } of frames) {
    const epoch = parseCursor(id.slice(id.lastIndexOf("/") + 1))?.epoch ?? 0;
    const last = items.at(-1);
    if (frame.type === "run") items.push(frame);
    else if (frame.type === "snapshot") items.push({ type: "snapshot", state: frame.state, epoch });
    else if (last?.type === "portion" && last.epoch === epoch && last.events.length < size) {
      items[items.length - 1] = { ...last, events: [...last.events, frame] };
    } else items.push({ type: "portion", events: [frame], epoch });
  }
  return items.map((item) => (item.type === "portion" ? portion(item.events, item.epoch) : item));
}

/** What the server sends of a log that is all there. */
async function streamed(items: readonly ThreadItem[], accept: string): Promise<string> {
  const runtime = createRuntime({ agents: [], recover: false });
  runtime.log.find = async (run) => ({
    run,
    thread: "thr_golden",
    agent: "assistant",
    status: "open",
    tail: 0,
    createdAt: 0,
  });
  const tell = (_id: string, _from: unknown, viewer: Viewer<never>) =>
    tellItems(items as readonly never[], viewer);
  const golden: RuntimeCore = { ...runtime, watch: tell, watchThread: tell };
  const path = items[0]?.type === "run" ? "/threads/thr_golden/events" : "/runs/run_golden/events";
  const request = new Request(`http://localhost${path}`, { headers: { accept } });
  return await (await createHandler({ runtime: golden })(request)).text();
}

describe.each(names)("%s", (name) => {
  const frames = framesOf(name);

  test("is sent byte for byte, however the log is portioned", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    for (const size of [1_000, 1, 3]) {
      const text = await streamed(portions(frames, size), "text/event-stream");
      await expect(text).toMatchFileSnapshot(fileURLToPath(new URL(`${name}.sse`, folder)));
    }
    vi.restoreAllMocks();
  });

  test("reads back as what it was written from", () => {
    const text = readFileSync(new URL(`${name}.sse`, folder), "utf8");
    // Ids stay in force until the next one: the frames without are those of the wire itself.
    const read = parseSse(text).map(({ id, frame }) =>
      id === undefined ? { frame } : { id, frame },
    );
    expect(read).toEqual(frames);
  });

  test("as NDJSON has the same frames, one per line", async () => {
    const text = await streamed(portions(frames, 1_000), "application/x-ndjson");
    const lines = text.trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual(frames.map(({ frame }) => frame));
  });
});
