import { describe, expect, test } from "vitest";
import { checkCors, corsHeaders } from "./cors.ts";
import { serving } from "./serving.test.helper.ts";

function from(origin?: string): Request {
  const headers = origin === undefined ? {} : { origin };
  return new Request("http://localhost/", { headers: headers as Record<string, string> });
}

describe("corsHeaders", () => {
  const list = { origins: ["https://app.example"], credentials: true } as const;

  test("an origin of the list may read, and what depends on it says so", () => {
    expect(corsHeaders(list, from("https://app.example"))).toMatchObject({
      vary: "Origin",
      "access-control-allow-origin": "https://app.example",
      "access-control-allow-credentials": "true",
      "access-control-expose-headers": expect.stringContaining("Runwire-Protocol"),
    });
  });

  test.each([
    "https://evil.example",
    "https://app.example.evil.example",
    "null",
    "http://app.example",
    undefined,
  ])("%s gets nothing", (origin) => {
    expect(corsHeaders(list, from(origin))).toEqual({ vary: "Origin" });
  });

  test("* is all origins, without credentials", () => {
    const headers = corsHeaders({ origins: "*" }, from("https://any.example"));
    expect(headers["access-control-allow-origin"]).toBe("*");
    expect(headers).not.toHaveProperty("access-control-allow-credentials");
  });
});

test.each([
  { origins: "*", credentials: true } as const,
  { origins: ["https://app.example/"] },
  { origins: ["app.example"] },
  { origins: ["*"] },
  { origins: ["null"] },
])("%j is refused", (options) => {
  expect(() => checkCors(options)).toThrow(/^cors: /);
});

describe("in a handler", () => {
  const cors = { origins: ["https://app.example"], credentials: true, maxAgeSeconds: 60 } as const;
  const origin = "https://app.example";

  test("a preflight is answered before anybody is asked who it is", async () => {
    const { call } = serving({ cors, authorize: () => null });
    const response = await call("/agents/greeter/runs", {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type,x-own",
      },
    });
    expect(response.status).toBe(204);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "access-control-allow-origin": origin,
      "access-control-allow-credentials": "true",
      "access-control-allow-methods": "GET, POST, DELETE",
      "access-control-allow-headers": "content-type,x-own",
      "access-control-max-age": "60",
      vary: "Origin",
    });
  });

  test("streams and problems carry the headers too", async () => {
    const { call } = serving({ cors });
    for (const path of ["/nope", "/threads/t/events", "/health"]) {
      const response = await call(path, { headers: { origin } });
      expect(response.headers.get("access-control-allow-origin")).toBe(origin);
      await response.body?.cancel();
    }
    const other = await call("/health", { headers: { origin: "https://evil.example" } });
    expect(other.headers.has("access-control-allow-origin")).toBe(false);
  });

  test("without it, no origin is allowed", async () => {
    const { call } = serving();
    const response = await call("/health", { headers: { origin } });
    expect(response.headers.has("access-control-allow-origin")).toBe(false);
  });
});
