import { describe } from "vitest";
import { breaking } from "./hostile-breaking.test.helper.ts";
import { hostileCases, hostileLimits as limits } from "./hostile-cases.test.helper.ts";
import { greedy } from "./hostile-greedy.test.helper.ts";
import { reaching } from "./hostile-reaching.test.helper.ts";
import { python } from "./python.ts";
import { requireBwrap } from "./require-bwrap.test.helper.ts";

const levels = requireBwrap() ? (["process", "os"] as const) : (["process"] as const);
const harmless = {
  code: "import json, math, os\nprint(json.loads('[1]'), math.floor(2.5), sorted(os.listdir()))",
  stdout: "[1] 2 []\n",
};

describe.each(levels)("Python isolated by %s: a program that", (isolation) => {
  hostileCases(() => python({ isolation, limits }), reaching, harmless, { fresh: false });
});

describe("Python: a program that", () => {
  hostileCases(() => python({ limits }), [...greedy, ...breaking], harmless, { fresh: true });
});
