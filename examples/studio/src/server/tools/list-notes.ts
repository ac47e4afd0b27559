import { tool } from "@runwire/core";
import type { Notes } from "../notes.ts";

export function listNotes(notes: Notes) {
  return tool({
    description: "Lists the notes with their size in bytes and when they changed.",
    idempotent: true,
    execute: async () => ({ notes: await notes.list() }),
  });
}
