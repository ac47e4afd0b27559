import { agent, type Model } from "@runwire/core";
import type { Notes } from "./notes.ts";
import { askChoice } from "./tools/ask-choice.ts";
import { calculate } from "./tools/calculate.ts";
import { listNotes } from "./tools/list-notes.ts";
import { readNote } from "./tools/read-note.ts";
import { searchDocs } from "./tools/search-docs.ts";
import { writeNote } from "./tools/write-note.ts";

/** A model for each agent: one for all, or a script for each. */
export interface Models {
  readonly assistant: Model;
  readonly planner: Model;
  readonly researcher: Model;
  readonly writer: Model;
}

export interface AgentsOptions {
  readonly models: Models;
  /** The folder whose Markdown pages are searched. */
  readonly docs: string;
  readonly notes: Notes;
}

export function createAgents({ models, docs, notes }: AgentsOptions) {
  const search_docs = searchDocs(docs);

  const assistant = agent({
    name: "assistant",
    model: models.assistant,
    instructions: `You are the assistant of the Runwire studio. Answer briefly, in Markdown.
Search the docs before you say anything about Runwire, and name the page you found it on.
Use the calculator for arithmetic. Writing a note asks the person by itself: do not ask first.`,
    tools: {
      search_docs,
      write_note: writeNote(notes),
      list_notes: listNotes(notes),
      read_note: readNote(notes),
      calculate,
      ask_choice: askChoice,
    },
  });

  const researcher = agent({
    name: "researcher",
    model: models.researcher,
    description: "Finds out what the documentation says about something.",
    instructions: "Search the docs and answer with a short list of facts, each with its page.",
    tools: { search_docs },
  });

  const writer = agent({
    name: "writer",
    model: models.writer,
    description: "Drafts outlines and short texts.",
    instructions: "Draft what you are asked for as a numbered list of at most six points.",
  });

  const planner = agent({
    name: "planner",
    model: models.planner,
    instructions: `You plan talks and texts. Ask the researcher for facts and the writer for an outline, both in
one response so that they work at the same time. Then join what they answered into one plan, in Markdown.`,
    tools: { researcher, writer },
  });

  return { assistant, planner };
}
