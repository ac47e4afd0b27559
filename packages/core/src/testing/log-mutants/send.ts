import type { Mutants } from "./mutant.ts";

export const sendMutants: Mutants = {
  "every command is new": {
    caughtBy:
      "inbox: the first command with an id wins, also after it was consumed and after the close",
    mutate(log) {
      let n = 0;
      return { send: (run, command) => log.send(run, { ...command, id: `${command.id}-${n++}` }) };
    },
  },
  "ids are forgotten with the close": {
    caughtBy:
      "inbox: the first command with an id wins, also after it was consumed and after the close",
    mutate: (log) => ({
      async send(run, command) {
        const ended = (await log.find(run))?.status === "ended";
        return ended ? { status: "closed" } : log.send(run, command);
      },
    }),
  },
  "the inbox has no bound": {
    caughtBy: "inbox: a full inbox refuses new commands, and knows the old ones",
    mutate: (log) => ({
      async send(run, command) {
        const answer = await log.send(run, command);
        return answer.status === "full" ? { status: "ok", n: 1_001 } : answer;
      },
    }),
  },
};
