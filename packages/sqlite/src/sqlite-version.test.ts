import { expect, test, vi } from "vitest";
import { warnOfVersion } from "./sqlite-version.ts";

test("an unsound version is warned of, once", () => {
  const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  try {
    for (const version of ["3.51.3", "3.51.10", "3.53.0", "4.0.0"]) warnOfVersion(version);
    expect(warn).not.toHaveBeenCalled();
    warnOfVersion("3.51.2");
    for (const version of ["3.50.9", "3.9.0", "2.99.99"]) warnOfVersion(version);
    expect(warn.mock.calls).toEqual([
      [expect.stringContaining("The SQLite 3.51.2"), { code: "RUNWIRE_SQLITE_VERSION" }],
    ]);
  } finally {
    warn.mockRestore();
  }
});
