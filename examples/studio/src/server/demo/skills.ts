import type { ScriptedStep } from "@runwire/core/testing";
import { answerFromDocs, type Findings, listFindings } from "./answer-from-docs.ts";
import { failureOf, outputOf, type Scene } from "./scene.ts";
import { capitalize, expressionIn, keywords, noteNameOf, topicOf } from "./words.ts";

/** What to do next about a message, or `undefined` when it is not for this skill. */
type Skill = (scene: Scene) => ScriptedStep | undefined;

export const failure: Skill = ({ ask }) => {
  if (!/\b(fail|break)\b.*\bon purpose\b/i.test(ask)) return undefined;
  return {
    text: "I begin an answer, and then",
    error: {
      code: "model-error",
      message: "The model broke off, because you asked it to.",
      after: 7,
    },
  };
};

export const arithmetic: Skill = (scene) => {
  const expression = expressionIn(scene.ask);
  if (expression === undefined) return undefined;
  const output = outputOf<{ value: number }>(scene, "calculate");
  if (output !== undefined) return { text: `${expression} = **${output.value}**` };
  const failed = failureOf(scene, "calculate");
  if (failed !== undefined) return { text: `The calculator says: ${failed.error?.message}` };
  return {
    reasoning: `There is arithmetic in it, ${expression}. The calculator is surer than I am.`,
    calls: [{ name: "calculate", input: { expression } }],
  };
};

export const search: Skill = (scene) => {
  const findings = outputOf<Findings>(scene, "search_docs");
  if (findings !== undefined) return { text: answerFromDocs(findings) };
  if (
    !/\b(search|find|look|docs?|documentation|how|what|why|when|explain|where)\b/i.test(scene.ask)
  ) {
    return undefined;
  }
  const failed = failureOf(scene, "search_docs");
  if (failed !== undefined) return { text: `The search failed: ${failed.error?.message}` };
  const query = keywords(scene.ask);
  if (query === "") return undefined;
  return {
    reasoning: `The words that matter here: ${query}. The pages of this repository may say something about them, so I search those before I say anything.`,
    calls: [{ name: "search_docs", input: { query } }],
  };
};

export const noteList: Skill = (scene) => {
  if (!/\b(list|show|which|what|all)\b.*\bnotes\b/i.test(scene.ask)) return undefined;
  const output = outputOf<{ notes: readonly { name: string; bytes: number }[] }>(
    scene,
    "list_notes",
  );
  if (output === undefined) return { calls: [{ name: "list_notes" }] };
  const rows = output.notes.map(({ name, bytes }) => `| ${name} | ${bytes} |`);
  if (rows.length === 0) return { text: "There are no notes yet. Ask me to write one." };
  return { text: ["| Note | Bytes |", "| --- | ---: |", ...rows].join("\n") };
};

export const noteReading: Skill = (scene) => {
  const asked =
    /\b(?:read|open|show)\b.*?\bnote\b(?:\s+(?:called|named|about))?\s+(.+?)[.?!]*$/is.exec(
      scene.ask,
    )?.[1];
  if (asked === undefined) return undefined;
  const output = outputOf<{ name: string; text: string }>(scene, "read_note");
  if (output !== undefined) return { text: `**${output.name}** says:\n\n${output.text}` };
  const failed = failureOf(scene, "read_note");
  if (failed !== undefined)
    return { text: `${failed.error?.message} *List my notes* shows what is there.` };
  return { calls: [{ name: "read_note", input: { name: noteNameOf(asked) } }] };
};

export const noteWriting: Skill = (scene) => {
  if (!/\b(write|save|make|create|take|add|replace)\b.*\bnote\b/i.test(scene.ask)) return undefined;
  const saved = outputOf<{ name: string; created: boolean }>(scene, "write_note");
  if (saved !== undefined) {
    const verb = saved.created ? "Saved" : "Replaced";
    return { text: `${verb} the note **${saved.name}**. *Read the note ${saved.name}* shows it.` };
  }
  const failed = failureOf(scene, "write_note");
  if (failed?.status === "denied") {
    const reason = failed.approval?.reason;
    const because = reason === undefined ? "" : ` You said: “${reason}”.`;
    return { text: `All right, I wrote nothing.${because}` };
  }
  if (failed !== undefined) return { text: `The note was not written: ${failed.error?.message}` };

  const given = /\bnote\b(?:\s+(?:called|named)\s+([^:]+?))?\s*:\s*(.+)$/is.exec(scene.ask);
  if (given?.[2] !== undefined) {
    const text = given[2].trim();
    return write(noteNameOf(given[1] ?? keywords(text)), `${text}\n`);
  }
  const topic = topicOf(scene.ask);
  const findings = outputOf<Findings>(scene, "search_docs");
  if (findings === undefined && failureOf(scene, "search_docs") === undefined) {
    return {
      reasoning: `A note about ${topic} should say what the documentation says. I search first and write then.`,
      calls: [{ name: "search_docs", input: { query: keywords(topic) || topic } }],
    };
  }
  const body = findings?.hits.length ? listFindings(findings) : "Nothing found yet.";
  return write(noteNameOf(topic), `# ${capitalize(topic)}\n\n${body}\n`);
};

export const choice: Skill = (scene) => {
  if (!/\b(choose|pick|decide|suggest)\b/i.test(scene.ask)) return undefined;
  const chosen = outputOf<{ choice: string }>(scene, "ask_choice")?.choice;
  if (chosen === undefined) {
    const failed = failureOf(scene, "ask_choice");
    if (failed !== undefined) return { text: "No choice, no matter. Ask me anything else." };
    return {
      text: "Gladly. One question first.",
      calls: [
        {
          name: "ask_choice",
          input: {
            question: "What would you like to read about?",
            options: ["Resuming a run", "Approvals", "Sub-agents", "Cursors"],
          },
        },
      ],
    };
  }
  const findings = outputOf<Findings>(scene, "search_docs");
  if (findings !== undefined) return { text: answerFromDocs(findings) };
  return {
    reasoning: `They chose ${chosen}. Now to the pages.`,
    calls: [{ name: "search_docs", input: { query: keywords(chosen) } }],
  };
};

function write(name: string, text: string): ScriptedStep {
  return {
    reasoning: `I have what belongs into “${name}”. Writing needs a yes, so I propose it.`,
    calls: [{ name: "write_note", input: { name, text } }],
  };
}
