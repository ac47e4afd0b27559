import { describe, expect, test } from "vitest";
import { createRouter } from "./router.ts";

const patterns = [
  { method: "GET", path: "/runs/:run" },
  { method: "GET", path: "/runs/:run/events" },
  { method: "POST", path: "/runs/:run" },
] as const;

describe("match", () => {
  test("finds the routes of a path, with decoded parameters", () => {
    const { routes, params } = createRouter("/api", patterns).match("/api/runs/a%2Fb");
    expect([...routes.keys()]).toEqual(["GET", "POST"]);
    expect(params).toEqual({ run: "a/b" });
  });

  test.each(["/api", "/api/", "/apiruns/x", "/runs/x", "/api/runs/x/", "/api/runs/x/y", "/"])(
    "%s is 404 and asks about basePath",
    (path) => {
      expect(() => createRouter("/api", patterns).match(path)).toThrow(/Did you set basePath\?/);
    },
  );

  test("a path that is not well-formed is 400", () => {
    expect(() => createRouter("", patterns).match("/runs/%E0%A4%A")).toThrow(
      expect.objectContaining({ status: 400 }),
    );
  });
});

describe("basePath", () => {
  test.each([
    ["", ""],
    ["/", ""],
    ["/api", "/api"],
    ["/api/v1/", "/api/v1"],
  ])("%j is %j", (given, base) => {
    expect(createRouter(given, patterns).base).toBe(base);
  });

  test.each(["api", "https://x.example/api", "/a b", "/a?b", "//a"])("%j is refused", (given) => {
    expect(() => createRouter(given, patterns)).toThrow(TypeError);
  });
});
