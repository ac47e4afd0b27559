import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { collector } from "./collector.test.helper.ts";
import { follow } from "./follow.ts";
import { framesAfter, problem, replay, serve, stream } from "./log-server.test.helper.ts";
import { sampleLog } from "./sample-log.test.helper.ts";
import { sleep } from "./sleep.ts";

// Waits are told, and take no time.
vi.mock("./sleep.ts", () => ({ sleep: vi.fn(async () => {}) }));
beforeEach(() => void vi.mocked(sleep).mockClear());
afterEach(() => void vi.restoreAllMocks());
const delays = () =>
  vi.mocked(sleep).mock.calls.flatMap(([ms]) => (ms > 0 ? [Math.round(ms)] : []));

const log = sampleLog({ deltas: 40 });
const forever = new AbortController().signal;

describe("exactly once, in order", () => {
  test("over a connection that is cut 200 times, at any byte", async () => {
    const long = sampleLog({ deltas: 3_000 });
    let cuts = 0;
    const server = await serve(({ after }, response) => {
      stream(response);
      const bytes = Buffer.from(framesAfter(long, after));
      if (cuts === 200) return void response.end(bytes);
      cuts++;
      response.write(bytes.subarray(0, Math.floor(Math.random() * 2_500)), () => {
        response.socket?.destroy();
      });
    });
    const { source, events } = collector(server.url);
    await follow(source, forever, 5);
    expect(cuts).toBe(200);
    expect(events).toEqual(long);
  });

  test("a stream that just stops is no end", async () => {
    const server = await serve(({ after }, response) =>
      replay(log.slice(0, Math.min(log.length, after + 10)), after, response),
    );
    const { source, events } = collector(server.url);
    await follow(source, forever, 5);
    expect(events).toEqual(log);
    expect(server.asked.length).toBe(Math.ceil(log.length / 10));
  });

  test("what comes again is dropped, what is missing is asked for", async () => {
    const server = await serve(({ after }, response) => {
      if (server.asked.length % 2 === 0) return replay(log, Math.max(0, after - 3), response);
      replay(
        log.filter(({ seq }) => seq < after + 5 || seq > after + 7),
        after,
        response,
      );
    });
    const { source, events } = collector(server.url);
    await follow(source, forever, 5);
    expect(events).toEqual(log);
  });

  test("a hole that stays is an error", async () => {
    const holed = log.filter(({ seq }) => seq !== 7);
    const server = await serve(({ after }, response) => replay(holed, after, response));
    const { source, events } = collector(server.url);
    await expect(follow(source, forever, 5)).rejects.toMatchObject({ code: "protocol" });
    expect(events).toEqual(log.slice(0, 6));
    expect(server.asked.length).toBe(6);
  });

  test("a 204 says that nothing will come", async () => {
    const server = await serve((_, response) => void response.writeHead(204).end());
    const { source, events } = collector(server.url);
    await follow(source, forever, 5);
    expect(events).toEqual([]);
    expect(server.asked.length).toBe(1);
  });
});

describe("trying again", () => {
  test.each([408, 425, 429, 500, 502, 503, 504])("after %i", async (status) => {
    const server = await serve(({ after }, response) => {
      if (server.asked.length === 1) problem(response, status, "later");
      else replay(log, after, response);
    });
    const { source, events } = collector(server.url);
    await follow(source, forever, 5);
    expect(events).toEqual(log);
  });

  test.each([
    [400, "refused"],
    [401, "unauthorized"],
    [403, "forbidden"],
    [404, "not-found"],
    [406, "refused"],
    [410, "gone"],
  ])("not after %i", async (status, code) => {
    const server = await serve((_, response) => problem(response, status, "why"));
    const { source } = collector(server.url);
    await expect(follow(source, forever, 5)).rejects.toMatchObject({
      name: "ClientError",
      code,
      status,
      problem: { title: "why" },
    });
    expect(server.asked.length).toBe(1);
  });

  test("not when another service answers", async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html>");
    });
    const { source } = collector(server.url);
    await expect(follow(source, forever, 5)).rejects.toThrow(
      /answered with text\/html, not a stream\. Is `url` the address/,
    );
    expect(server.asked.length).toBe(1);
  });

  test("a few times when the server was never reached", async () => {
    const { source, connections } = collector("http://127.0.0.1:1");
    await expect(follow(source, forever, 3)).rejects.toMatchObject({ code: "network" });
    expect(connections).toEqual(["connecting", "connecting"]);
  });

  test("for ever once it was reached, with waits that double up to half a minute", async () => {
    vi.spyOn(Math, "random").mockReturnValue(1);
    const server = await serve(({ after }, response) => {
      if (server.asked.length === 1) replay(log.slice(0, 5), after, response);
      else if (server.asked.length < 14) response.socket?.destroy();
      else replay(log, after, response);
    });
    const { source, events, connections } = collector(server.url);
    await follow(source, forever, 2);
    expect(events).toEqual(log);
    expect(delays()).toEqual([
      100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000, 30_000, 30_000,
    ]);
    expect(connections.filter((one) => one === "connected")).toHaveLength(2);
    expect(connections.at(-1)).toBe("connected");
    expect(connections[1]).toBe("reconnecting");
  });

  test("from the shortest wait on after every step forward", async () => {
    vi.spyOn(Math, "random").mockReturnValue(1);
    const server = await serve(({ after }, response) => {
      if (server.asked.length % 3 === 0) replay(log.slice(0, after + 20), after, response);
      else response.socket?.destroy();
    });
    const { source, events } = collector(server.url);
    await follow(source, forever, 5);
    expect(events).toEqual(log);
    expect(delays()).toEqual([200, 400, 100, 200, 400, 100, 200, 400]);
  });

  test("when the server says: retry and Retry-After", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const server = await serve(({ after }, response) => {
      const count = server.asked.length;
      if (count === 1) problem(response, 429, "slow", { "retry-after": "7" });
      else if (count === 2) {
        const date = new Date(Math.ceil(Date.now() / 1000) * 1000 + 20_000).toUTCString();
        problem(response, 503, "slow", { "retry-after": date });
      } else if (count === 3) {
        stream(response);
        response.end(`retry: 1234\n\n${framesAfter(log.slice(0, 3), after)}`);
      } else replay(log, after, response);
    });
    const { source, events } = collector(server.url);
    await follow(source, forever, 5);
    expect(events).toEqual(log);
    const [first, second, third] = delays();
    expect(first).toBe(7_000);
    expect(second).toBeGreaterThan(19_000);
    expect(second).toBeLessThanOrEqual(21_000);
    expect(third).toBe(1_234);
  });
});
