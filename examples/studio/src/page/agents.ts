import type { AgentName } from "./types.ts";

export interface AgentCard {
  readonly name: AgentName;
  readonly label: string;
  readonly about: string;
  readonly suggestions: readonly string[];
}

export const agents: readonly AgentCard[] = [
  {
    name: "assistant",
    label: "Assistant",
    about: "Searches this repository’s docs, keeps notes, and does sums.",
    suggestions: [
      "Search the docs for cursors",
      "Write a note about resuming a run",
      "What is (12 + 30) * 1.5?",
      "Help me choose a topic",
    ],
  },
  {
    name: "planner",
    label: "Planner",
    about: "Sends a researcher and a writer off at the same time, and joins what they bring back.",
    suggestions: ["Plan a talk about resuming a run", "Plan a blog post about approvals"],
  },
];

export function agentNamed(name: string | undefined): AgentCard | undefined {
  return agents.find((agent) => agent.name === name);
}
