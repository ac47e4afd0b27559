import { tool } from "@runwire/core";
import { createTwoFilesPatch } from "diff";
import { z } from "zod";
import { type Notes, noteName } from "../notes.ts";

/**
 * Writes a note after a person said yes. The diff goes out with the question, so that people see what they agree to,
 * under the call's id, so that a viewer can show it where the call is.
 */
export function writeNote(notes: Notes) {
  return tool({
    description: "Writes a note, or replaces the one of that name. A person is asked first.",
    input: z.object({
      name: noteName,
      text: z.string().min(1).max(20_000).describe("The whole note, in Markdown"),
    }),
    data: { "diff.ready": z.object({ path: z.string(), patch: z.string() }) },
    // Writing the same text again changes nothing.
    idempotent: true,
    async needsApproval({ name, text }, { call, emit }) {
      const old = await notes.read(name);
      emit("diff.ready", { path: `${name}.md`, patch: patchOf(name, old, text) }, { id: call });
      const verb = old === undefined ? "Create" : "Replace";
      return { reason: `${verb} the note “${name}” (${countLines(text)})?` };
    },
    async execute({ name, text }, { call, emit }) {
      const old = await notes.read(name);
      // Also what changed since the question. Nothing when an earlier attempt had written it already.
      if (old !== text) {
        emit("diff.ready", { path: `${name}.md`, patch: patchOf(name, old, text) }, { id: call });
      }
      await notes.write(name, text);
      return { name, bytes: Buffer.byteLength(text), created: old === undefined };
    },
  });
}

function patchOf(name: string, old: string | undefined, text: string): string {
  const path = `${name}.md`;
  return createTwoFilesPatch(old === undefined ? "/dev/null" : path, path, old ?? "", text);
}

function countLines(text: string): string {
  const lines = text.trimEnd().split("\n").length;
  return lines === 1 ? "1 line" : `${lines} lines`;
}
