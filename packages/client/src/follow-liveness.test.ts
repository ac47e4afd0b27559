import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { collector } from "./collector.test.helper.ts";
import { follow } from "./follow.ts";
import { framesAfter, problem, replay, serve, stream } from "./log-server.test.helper.ts";
import { sampleLog } from "./sample-log.test.helper.ts";
import { until } from "./until.test.helper.ts";

const log = sampleLog({ deltas: 40 });
const forever = new AbortController().signal;
afterEach(() => void vi.restoreAllMocks());

describe("connections that die without a word", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"] });
    return () => void vi.useRealTimers();
  });

  test("are given up after twice the keep-alive", async () => {
    const server = await serve(({ after }, response) => {
      if (server.asked.length > 1) return replay(log, after, response);
      stream(response);
      response.write(framesAfter(log.slice(0, 4), after));
    });
    const { source, events } = collector(server.url);
    const done = follow(source, forever, 5);
    await until(() => events.length === 4);
    vi.advanceTimersByTime(30_000);
    expect(server.asked.length).toBe(1);
    vi.advanceTimersByTime(15_000);
    await done;
    expect(events).toEqual(log);
    await server.asked[0]?.closed;
  });

  test("are kept while comments come", async () => {
    let write = (_: string) => {};
    const server = await serve((_, response) => {
      stream(response);
      write = (text) => void response.write(text);
      write(framesAfter(log.slice(0, 1), 0));
    });
    const { source, events } = collector(server.url);
    const done = follow(source, forever, 5);
    await until(() => events.length === 1);
    for (let seq = 2; seq < 8; seq++) {
      vi.advanceTimersByTime(15_000);
      write(`: \n\n${framesAfter(log.slice(0, seq), seq - 1)}`);
      await until(() => events.length === seq);
    }
    write(framesAfter(log, 7));
    await done;
    expect(server.asked.length).toBe(1);
  });

  test("a request that is never answered is given up too", async () => {
    const server = await serve(({ after }, response) => {
      if (server.asked.length > 1) replay(log, after, response);
    });
    const { source, events } = collector(server.url);
    const done = follow(source, forever, 5);
    await server.reached(1);
    vi.advanceTimersByTime(45_000);
    await done;
    expect(events).toEqual(log);
  });
});

describe("a page that comes back", () => {
  const page = Object.assign(new EventTarget(), { visibilityState: "hidden" });
  let online = true;
  beforeEach(() => {
    const events = new EventTarget();
    vi.stubGlobal("addEventListener", events.addEventListener.bind(events));
    vi.stubGlobal("dispatchEvent", events.dispatchEvent.bind(events));
    vi.stubGlobal("document", page);
    vi.stubGlobal("navigator", {
      get onLine() {
        return online;
      },
    });
    vi.useFakeTimers({
      toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"],
    });
    vi.spyOn(Math, "random").mockReturnValue(1);
    return () => {
      vi.useRealTimers();
      vi.unstubAllGlobals();
    };
  });

  async function waiting() {
    const server = await serve(({ after }, response) => {
      if (server.asked.length === 1) replay(log.slice(0, 5), after, response);
      else if (server.asked.length === 2) problem(response, 503, "down");
      else replay(log, after, response);
    });
    const following = collector(server.url);
    const done = follow(following.source, forever, 5);
    await until(() => vi.getTimerCount() === 1 && following.events.length === 5);
    return { server, ...following, done };
  }

  test.each(["online", "pageshow", "visibilitychange"])(
    "does not wait any longer: %s",
    async (type) => {
      const { events, done } = await waiting();
      page.visibilityState = "visible";
      const wake = () =>
        type === "visibilitychange"
          ? page.dispatchEvent(new Event(type))
          : globalThis.dispatchEvent(new Event(type));
      // Twice: there are two waits, and no timer ever fires.
      await until(() => {
        wake();
        return events.length === log.length;
      });
      await done;
      page.visibilityState = "hidden";
    },
  );

  test("says that it is offline", async () => {
    const { connections, events, done } = await waiting();
    online = false;
    globalThis.dispatchEvent(new Event("offline"));
    expect(connections.at(-1)).toBe("offline");
    online = true;
    await until(() => {
      globalThis.dispatchEvent(new Event("online"));
      return events.length === log.length;
    });
    await done;
    expect(connections.at(-1)).toBe("connected");
  });

  test("does not trust a connection that slept or that belongs to another network", async () => {
    const server = await serve(({ after }, response) => {
      stream(response);
      response.write(
        framesAfter(log.slice(0, server.asked.length === 3 ? log.length : after + 3), after),
      );
    });
    const { source, events } = collector(server.url);
    const done = follow(source, forever, 5);
    await until(() => events.length === 3);
    page.visibilityState = "visible";
    page.dispatchEvent(new Event("visibilitychange"));
    vi.setSystemTime(Date.now() + 20_000);
    page.dispatchEvent(new Event("visibilitychange"));
    await until(() => {
      vi.advanceTimersByTime(200);
      return events.length === 6;
    });
    globalThis.dispatchEvent(new Event("online"));
    await until(() => {
      vi.advanceTimersByTime(200);
      return events.length === log.length;
    });
    await done;
    expect(server.asked.length).toBe(3);
    page.visibilityState = "hidden";
  });

  test("does not trust a connection that spoke just before the page fell asleep", async () => {
    const server = await serve(({ after }, response) => {
      if (server.asked.length > 1) return replay(log, after, response);
      stream(response);
      response.write(framesAfter(log.slice(0, 3), after));
    });
    const { source, events } = collector(server.url);
    const done = follow(source, forever, 5);
    await until(() => events.length === 3);
    // Asleep no timer fires.
    vi.setSystemTime(Date.now() + 3_600_000);
    page.visibilityState = "visible";
    page.dispatchEvent(new Event("visibilitychange"));
    page.visibilityState = "hidden";
    await until(() => {
      vi.advanceTimersByTime(1);
      return server.asked.length === 2;
    });
    await done;
    expect(events).toEqual(log);
  });
});

describe("abort stops everything", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
    return () => void vi.useRealTimers();
  });
  const reason = new Error("enough");

  test.each(["first", "resumed"])("while reading, on the %s connection", async (path) => {
    const server = await serve(({ after }, response) => {
      const more = server.asked.length === (path === "first" ? 1 : 2);
      stream(response);
      response.write(framesAfter(log.slice(0, after + 5), after), () => {
        if (!more) response.end();
      });
    });
    const { source, events } = collector(server.url);
    const stop = new AbortController();
    const done = follow(source, stop.signal, 5);
    const enough = path === "first" ? 5 : 10;
    await until(() => {
      if (events.length < enough) vi.advanceTimersByTime(200);
      return events.length === enough;
    });
    stop.abort(reason);
    await expect(done).rejects.toBe(reason);
    await server.asked.at(-1)?.closed;
    expect(vi.getTimerCount()).toBe(0);
  });

  test("while waiting for the answer", async () => {
    const server = await serve(() => {});
    const { source } = collector(server.url);
    const stop = new AbortController();
    const done = follow(source, stop.signal, 5);
    await server.reached(1);
    stop.abort(reason);
    await expect(done).rejects.toBe(reason);
    await server.asked[0]?.closed;
    expect(vi.getTimerCount()).toBe(0);
  });

  test("while waiting to try again", async () => {
    const server = await serve((_, response) =>
      problem(response, 503, "down", { "retry-after": "60" }),
    );
    const { source, connections } = collector(server.url);
    const stop = new AbortController();
    const done = follow(source, stop.signal, 5);
    await until(() => connections.length === 1);
    stop.abort(reason);
    await expect(done).rejects.toBe(reason);
    vi.advanceTimersByTime(120_000);
    await new Promise((resolve) => setImmediate(resolve));
    expect(server.asked.length).toBe(1);
  });

  test("before it began", async () => {
    const { source } = collector("http://127.0.0.1:1");
    await expect(follow(source, AbortSignal.abort(reason), 5)).rejects.toBe(reason);
    expect(vi.getTimerCount()).toBe(0);
  });
});
