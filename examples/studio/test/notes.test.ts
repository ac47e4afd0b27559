import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { notesIn } from "../src/server/notes.ts";

let root: string;
let folder: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "studio-notes-"));
  folder = join(root, "notes");
});
afterEach(() => rm(root, { recursive: true }));

test("writes, replaces, reads and lists", async () => {
  const notes = notesIn(folder);
  expect(await notes.list()).toEqual([]);
  expect(await notes.read("two words")).toBeUndefined();
  await notes.write("two words", "one");
  await notes.write("two words", "zwei, ü");
  await notes.write("a", "");
  expect(await notes.read("two words")).toBe("zwei, ü");
  expect(await notes.list()).toMatchObject([
    { name: "a", bytes: 0 },
    { name: "two words", bytes: 8 },
  ]);
  expect(await readdir(folder)).toEqual(["a.md", "two words.md"]);
});

test.each([
  "../outside",
  "..",
  "a/b",
  "a\\b",
  "/etc/passwd",
  ".hidden",
  "a\0b",
  "",
  "x".repeat(65),
])("refuses the name %j", async (name) => {
  await expect(notesIn(folder).write(name, "text")).rejects.toThrow();
  await expect(notesIn(folder).read(name)).rejects.toThrow();
  expect(await readdir(root)).toEqual([]);
});

test("neither reads nor writes through a link", async () => {
  const notes = notesIn(folder);
  await notes.write("real", "mine");
  const outside = join(root, "outside");
  await writeFile(outside, "not yours");
  await symlink(outside, join(folder, "link.md"));
  await expect(notes.read("link")).rejects.toThrow();
  expect((await notes.list()).map(({ name }) => name)).toEqual(["real"]);
  await notes.write("link", "mine too");
  expect(await readFile(outside, "utf8")).toBe("not yours");
  expect(await notes.read("link")).toBe("mine too");
});
