import { tool } from "@runwire/core";
import { z } from "zod";
import { type Notes, noteName } from "../notes.ts";

export function readNote(notes: Notes) {
  return tool({
    description: "Reads one note.",
    input: z.object({ name: noteName }),
    idempotent: true,
    async execute({ name }) {
      const text = await notes.read(name);
      if (text === undefined) throw new Error(`There is no note called “${name}”.`);
      return { name, text };
    },
  });
}
