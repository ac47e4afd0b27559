import { describe, expect, test } from "vitest";
import {
  follow,
  framesOf,
  problemOf,
  serving,
  startRun,
  stateOf,
  textOf,
  typesOf,
} from "../serving.test.helper.ts";

async function ended(options = {}) {
  const server = serving(options);
  const all = await framesOf(await server.call("/agents/greeter/runs", { json: { input: "Hi" } }));
  const [first] = all;
  const run = first?.frame.type === "run.started" ? first.frame.run : "";
  return { ...server, all, run };
}

describe("from a cursor", () => {
  test("every cursor gets exactly the rest, by header, by query, with and without an epoch", async () => {
    const { call, all, run } = await ended();
    for (const [index, { id = "" }] of all.slice(0, -1).entries()) {
      const rest = all.slice(index + 1);
      const [seq = ""] = id.split(".");
      const header = await call(`/runs/${run}/events`, { headers: { "last-event-id": id } });
      expect(await framesOf(header)).toEqual(rest);
      expect(await framesOf(await call(`/runs/${run}/events?after=${id}`))).toEqual(rest);
      expect(await framesOf(await call(`/runs/${run}/events?after=${seq}`))).toEqual(rest);
    }
    expect(await framesOf(await call(`/runs/${run}/events`))).toEqual(all);
    expect(await framesOf(await call(`/runs/${run}/events?after=0`))).toEqual(all);
  });

  test("at the end of an ended run there is nothing more, ever: 204", async () => {
    const { call, all, run } = await ended();
    const id = all.at(-1)?.id ?? "";
    for (const accept of ["text/event-stream", "application/x-ndjson"]) {
      const response = await call(`/runs/${run}/events?after=${id}`, { headers: { accept } });
      expect(response.status).toBe(204);
      expect(await response.text()).toBe("");
    }
    expect((await call(`/runs/${run}/events?after=${all.length}&snapshot=true`)).status).toBe(204);
  });

  test.each(["99", "99.5", "3.5", "9.5"])(
    "%s, which this log never gave out, gets a snapshot and not silence",
    async (cursor) => {
      const { call, all, run } = await ended();
      const frames = await framesOf(await call(`/runs/${run}/events?after=${cursor}`));
      expect(typesOf(frames)).toEqual(["snapshot"]);
      expect(frames[0]?.id).toBe(all.at(-1)?.id);
    },
  );

  test("a live run goes on where the viewer was", async () => {
    const { call, talk } = serving();
    const { run } = await startRun(call, "puppet");
    talk.say("one");
    const first = follow(await call(`/runs/${run}/events`));
    const { id = "" } = await first.until("text.delta");
    await first.leave();
    const second = follow(await call(`/runs/${run}/events?after=${id}`));
    talk.say("two");
    talk.finish();
    expect((await second.next())?.frame).toMatchObject({ type: "text.delta", delta: "two" });
    await second.until("run.completed");
    expect(await second.next()).toBeUndefined();
  });
});

describe("with a snapshot", () => {
  test("begins with the state and goes on after it", async () => {
    const { call, talk } = serving();
    const { run } = await startRun(call, "puppet");
    talk.say("one");
    await follow(await call(`/runs/${run}/events`)).until("text.delta");
    const viewer = follow(await call(`/runs/${run}/events?snapshot=true`));
    const snapshot = (await viewer.next())!;
    expect(snapshot.frame).toMatchObject({ type: "snapshot", protocol: 1 });
    const state = stateOf(snapshot);
    expect(snapshot.id).toMatch(new RegExp(`^${state.seq}\\.\\d+$`));
    talk.say("two");
    expect((await viewer.next())?.frame).toMatchObject({ seq: state.seq + 1, delta: "two" });
    await viewer.leave();
  });

  test("NDJSON has it as its first line", async () => {
    const { call, run } = await ended();
    const response = await call(`/runs/${run}/events?snapshot=true`, {
      headers: { accept: "application/x-ndjson" },
    });
    expect(JSON.parse(await response.text())).toMatchObject({ type: "snapshot", state: { run } });
  });
});

describe("refused", () => {
  test.each([
    ["/events?after=x", 400],
    ["/events?after=-1", 400],
    ["/events?after=run_x/1", 400],
    ["/events?snapshot=yes", 400],
    ["/events?protocol=2", 406],
  ])("%s is %i", async (path, status) => {
    const { call, run } = await ended();
    const response = await call(`/runs/${run}${path}`);
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
  });

  test.each(["run_unknown", "run%0Adata:%20x", "x".repeat(200), "%00"])(
    "the run %s does not exist",
    async (run) => {
      const { call } = serving();
      for (const path of [`/runs/${run}/events`, `/runs/${run}`]) {
        const response = await call(path);
        expect(response.status).toBe(404);
        expect(await problemOf(response)).toMatchObject({ type: "urn:runwire:problem:not-found" });
      }
    },
  );

  test("JSON alone is not how a stream is served", async () => {
    const { call, run } = await ended();
    const response = await call(`/runs/${run}/events`, { headers: { accept: "application/json" } });
    expect(response.status).toBe(406);
    expect(await problemOf(response)).toMatchObject({
      supported: ["text/event-stream", "application/x-ndjson"],
    });
  });
});

test("GET /runs/:run is the folded state", async () => {
  const { call, all, run } = await ended();
  const response = await call(`/runs/${run}`);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(await response.json()).toMatchObject({ run, status: "completed", seq: all.length });
});

describe("a viewer that leaves", () => {
  test("stops nothing: by cancelling the body, by its signal", async () => {
    const { call, talk } = serving();
    const { run } = await startRun(call, "puppet");
    await follow(await call(`/runs/${run}/events`)).leave();
    const controller = new AbortController();
    const viewer = follow(await call(`/runs/${run}/events`, { signal: controller.signal }));
    await viewer.until("step.started");
    controller.abort();
    expect(typesOf(await viewer.rest())).not.toContain("run.completed");
    talk.say("still here");
    talk.finish();
    expect(textOf(await framesOf(await call(`/runs/${run}/events`)))).toBe("still here");
    expect(talk.aborted()).toBe(false);
  });

  test("also the one that started the run", async () => {
    const { call, talk } = serving();
    const controller = new AbortController();
    const starter = follow(
      await call("/agents/puppet/runs", {
        json: { input: "Hi", thread: "t" },
        signal: controller.signal,
      }),
    );
    await starter.until("step.started");
    controller.abort();
    await starter.leave();
    talk.say("done");
    talk.finish();
    const { head } = await (await call("/threads/t")).json();
    expect(textOf(await framesOf(await call(`/runs/${head}/events`)))).toBe("done");
  });
});
