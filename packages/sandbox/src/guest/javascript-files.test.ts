import { expect, test } from "vitest";
import { files, toPattern } from "./javascript-files.ts";

test.each([
  ["*.txt", ["a.txt", ".txt"], ["b/a.txt", "a.txtx"]],
  ["**/*.txt", ["a.txt", "b/c/a.txt"], ["a.csv"]],
  ["out/**", ["out/a", "out/b/c"], ["out", "other/a"]],
  ["a?.(b)", ["a1.(b)"], ["a.(b)", "a/.(b)", "a1xb"]],
])("%s matches", (glob, matching, other) => {
  const pattern = toPattern(glob);
  expect(matching.filter((path) => !pattern.test(path))).toEqual([]);
  expect(other.filter((path) => pattern.test(path))).toEqual([]);
});

test("counts what is replaced once", () => {
  const disk = files(10);
  disk.write("a", new Uint8Array(8));
  disk.write("a", new Uint8Array(10));
  disk.write("a", new Uint8Array(2));
  disk.write("b", new Uint8Array(8));
  expect(() => disk.write("b", new Uint8Array(9))).toThrow("No space");
  expect(disk.list()).toEqual(["a", "b"]);
});
