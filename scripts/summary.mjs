// The last line of a CI run: `N passed, N failed`. Takes the exit status of `npm test`: a gate that
// is not a test (types, lint, sizes …) and failed counts as one failure.
import { existsSync, readFileSync } from "node:fs";

const status = Number(process.argv[2]);
const file = new URL("../.cache/vitest.json", import.meta.url);
const report = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
const passed = report.numPassedTests ?? 0;
const failed = report.numFailedTests ?? 0;
console.log(`${passed} passed, ${status === 0 ? failed : Math.max(failed, 1)} failed`);
