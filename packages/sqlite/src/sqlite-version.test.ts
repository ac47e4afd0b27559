import { expect, onTestFinished, test, vi } from "vitest";

/** Of a process that opens files with these versions of SQLite, one after the other. */
async function warnings(...versions: readonly string[]) {
  vi.resetModules();
  const { warnOfVersion } = await import("./sqlite-version.ts");
  const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  onTestFinished(() => warn.mockRestore());
  for (const version of versions) warnOfVersion(version);
  return warn.mock.calls;
}

test.each(["3.51.2", "3.50.9", "3.9.0", "2.99.99"])(
  "version %s is warned of, once",
  async (version) => {
    expect(await warnings(version, version)).toEqual([
      [
        expect.stringContaining(`The SQLite ${version} of Node`),
        { code: "RUNWIRE_SQLITE_VERSION" },
      ],
    ]);
  },
);

test.each(["3.51.3", "3.51.10", "3.53.0", "4.0.0"])("version %s is sound", async (version) => {
  expect(await warnings(version)).toEqual([]);
});
