import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { bwrapWorks } from "./embedded/bwrap.ts";

/** All processes below one, children of children too. */
function below(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  const children = existsSync(file) ? readFileSync(file, "utf8").match(/\d+/g) : null;
  return (children ?? []).flatMap((child) => [Number(child), ...below(Number(child))]);
}

function runs(pid: number): boolean {
  const file = `/proc/${pid}/stat`;
  return existsSync(file) && !/^\d+ \(.*\) Z/.test(readFileSync(file, "utf8"));
}

const levels = bwrapWorks() === undefined ? ["process"] : ["process", "os"];
const index = fileURLToPath(new URL("index.ts", import.meta.url));

describe.runIf(process.platform === "linux")("a host that is killed", () => {
  test.each(levels)("leaves no %s behind, whatever runs in it", async (isolation) => {
    const host = spawn(
      process.execPath,
      [
        "--conditions=@runwire/source",
        "--input-type=module",
        "-e",
        `
import { python } from ${JSON.stringify(index)};
const context = await python({ isolation: ${JSON.stringify(isolation)} }).open();
const code = "print('up')\\nwhile True:\\n  try:\\n    while True: pass\\n  except BaseException: pass";
await context.run(code, { timeoutMs: 2_000, onStdout: () => console.log("up") });`,
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    await once(host.stdout, "data");
    const guests = below(host.pid as number);
    expect(guests.length).toBeGreaterThan(0);
    host.kill("SIGKILL");
    await once(host, "exit");
    // A process ends itself a second after its program's time at the latest.
    for (let n = 0; n < 200 && guests.some(runs); n++) await sleep(50);
    expect(guests.filter(runs)).toEqual([]);
  });
});
