import { useThreadState } from "@runwire/react";
import { useChat } from "../chat.ts";
import { Icon } from "../icon.tsx";

const none: readonly string[] = [];

/** Regenerating and editing leave the earlier answer beside the new one: this goes from one to the next. */
export function BranchSwitch({ run }: { run: string }) {
  const chat = useChat();
  const branches = useThreadState(chat, (state) => state.branches[run] ?? none);
  if (branches.length < 2) return null;
  const at = branches.indexOf(run);
  const show = (to: string | undefined) => to !== undefined && void chat.show(to);
  return (
    <fieldset className="branches" aria-label="Versions">
      <button
        type="button"
        className="quiet icon-only"
        aria-label="Earlier version"
        disabled={at === 0}
        onClick={() => show(branches[at - 1])}
      >
        <Icon name="back" />
      </button>
      <span>
        {at + 1} of {branches.length}
      </span>
      <button
        type="button"
        className="quiet icon-only"
        aria-label="Later version"
        disabled={at === branches.length - 1}
        onClick={() => show(branches[at + 1])}
      >
        <Icon name="next" />
      </button>
    </fieldset>
  );
}
