import { describe, expect, test } from "vitest";
import { admission } from "./limits.ts";
import { Problem } from "./problem.ts";
import { follow, problemOf, serving, startRun } from "./serving.test.helper.ts";

function retryAfter(act: () => unknown): string | undefined {
  try {
    act();
  } catch (error) {
    if (Problem.is(error) && error.status === 429) return error.options.headers?.["retry-after"];
    throw error;
  }
  return undefined;
}

describe("rate", () => {
  test("lets a burst in, then as many as the bucket fills up with", () => {
    let now = 0;
    const admit = admission({ rate: { perMinute: 60, burst: 3 } }, () => now);
    for (let n = 0; n < 3; n++) admit("ann");
    expect(retryAfter(() => admit("ann"))).toBe("1");
    now += 1_000;
    admit("ann");
    expect(retryAfter(() => admit("ann"))).toBe("1");
    now += 600_000;
    for (let n = 0; n < 3; n++) admit("ann");
    expect(retryAfter(() => admit("ann"))).toBe("1");
  });

  test("each principal has its own bucket, and a refusal costs nothing", () => {
    let now = 0;
    const admit = admission({ rate: { perMinute: 1 } }, () => now);
    admit("ann");
    admit("bob");
    admit(undefined);
    for (let n = 0; n < 100; n++) expect(retryAfter(() => admit("ann"))).toBe("60");
    now += 59_000;
    expect(retryAfter(() => admit("ann"))).toBe("1");
    now += 1_000;
    admit("ann");
  });

  test("does not grow with the number of principals", () => {
    const admit = admission({ rate: { perMinute: 1 } }, () => 0);
    admit("first");
    for (let n = 0; n < 10_000; n++) admit(`p${n}`);
    // The one unused for longest was forgotten.
    admit("first");
    expect(retryAfter(() => admit("p9999"))).toBe("60");
  });
});

describe("concurrency", () => {
  test("holds a place until it is given back, once", () => {
    const admit = admission({ concurrency: 2 });
    const first = admit("ann");
    admit("ann");
    expect(retryAfter(() => admit("ann"))).toBe("1");
    admit("bob");
    first();
    first();
    admit("ann");
    expect(retryAfter(() => admit("ann"))).toBe("1");
  });
});

test.each([
  { concurrency: 0 },
  { rate: { perMinute: 0 } },
  { rate: { perMinute: 1, burst: Number.NaN } },
])("%j is refused", (limits) => {
  expect(() => admission(limits)).toThrow(TypeError);
});

describe("in a handler", () => {
  test("a stream holds its place until it is over", async () => {
    const { call } = serving({ limits: { concurrency: 2 } });
    const { run } = await startRun(call, "puppet");
    const one = follow(await call(`/runs/${run}/events`));
    const two = follow(await call(`/runs/${run}/events`));
    const refused = await call(`/runs/${run}`);
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("1");
    expect((await call("/health")).status).toBe(200);
    await one.leave();
    expect((await call(`/runs/${run}`)).status).toBe(200);
    await call(`/runs/${run}/cancel`, { method: "POST" });
    await two.until("run.cancelled");
    expect(await two.next()).toBeUndefined();
    const again = follow(await call(`/runs/${run}/events`));
    expect(await (await call(`/runs/${run}`)).json()).toMatchObject({ status: "cancelled" });
    await again.leave();
  });

  test("a rate is each principal's own", async () => {
    const { call } = serving({
      limits: { rate: { perMinute: 1 } },
      authorize: (request) => request.headers.get("user") ?? null,
    });
    const ask = (user: string) => call("/agents", { headers: { user } });
    expect((await ask("ann")).status).toBe(200);
    const refused = await ask("ann");
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await ask("bob")).status).toBe(200);
  });

  test("a body has a size", async () => {
    const { call } = serving({ maxBodyBytes: 100 });
    const response = await call("/agents/greeter/runs", { json: { input: "x".repeat(100) } });
    expect(response.status).toBe(413);
    expect(await problemOf(response)).toMatchObject({ limit: 100 });
  });
});
