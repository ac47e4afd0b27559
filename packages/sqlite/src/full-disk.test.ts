import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

/** A disk of its own for one process, where the system lets anybody make one; gone with the process. */
const onSmallDisk = (folder: string, command: string): readonly string[] => [
  "--user",
  "--map-root-user",
  "--mount",
  "sh",
  "-c",
  `mount -t tmpfs -o size=600k tmpfs '${folder}' && ${command}`,
];
const unshare = "unshare";
const possible = spawnSync(unshare, onSmallDisk(tmpdir(), "true")).status === 0;
if (!possible)
  console.warn("*** No disk of its own can be made here: the test of a full one is skipped. ***");

describe.skipIf(!possible)("on a disk that fills up", () => {
  test.each(["process", "power"])(
    "durability %s: nothing acknowledged is lost, and it goes on once there is room",
    (durability) => {
      const folder = mkdtempSync(join(tmpdir(), "runwire-full-"));
      try {
        const program = fileURLToPath(new URL("./fill-disk.test.helper.ts", import.meta.url));
        const node = `'${process.execPath}' --conditions=@runwire/source '${program}' '${folder}' ${durability}`;
        const { status, stdout, stderr } = spawnSync(unshare, onSmallDisk(folder, node), {
          encoding: "utf8",
        });
        expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
        expect(JSON.parse(stdout)).toEqual({
          code: "log-unavailable",
          message: expect.stringMatching(/no room to write|cannot be read or written/),
          filled: true,
          kept: true,
          recovered: true,
          integrity: "ok",
        });
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );
});
