import { describe } from "vitest";
import { hostileCases, hostileLimits as limits } from "./hostile-cases.test.helper.ts";
import { javascriptPrograms } from "./hostile-javascript.test.helper.ts";
import { javascript } from "./javascript.ts";
import { requireBwrap } from "./require-bwrap.test.helper.ts";

const levels = requireBwrap() ? (["process", "os"] as const) : (["process"] as const);
const harmless = {
  code: "console.log(JSON.stringify([1].map(String)), listFiles(), stdin.length)",
  stdout: '["1"] [] 0\n',
};

describe.each(levels)("JavaScript isolated by %s: a program that", (isolation) => {
  hostileCases(() => javascript({ isolation, limits }), javascriptPrograms, harmless, {
    fresh: true,
  });
});
