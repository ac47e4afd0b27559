import { clientTool } from "@runwire/core";
import { z } from "zod";

/** Runs in the page: the run waits until the person has chosen. */
export const askChoice = clientTool({
  description: "Lets the person choose one of a few options and returns the choice.",
  input: z.object({
    question: z.string().min(1).max(300),
    options: z.array(z.string().min(1).max(80)).min(2).max(6),
  }),
  output: z.object({ choice: z.string() }),
});
