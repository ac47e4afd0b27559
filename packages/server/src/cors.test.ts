import { describe, expect, test } from "vitest";
import { checkCors, corsHeaders } from "./cors.ts";

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
