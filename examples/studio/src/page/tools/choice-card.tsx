import { useRef, useState } from "react";
import { useChat } from "../chat.ts";
import { Icon } from "../icon.tsx";
import type { CallOf } from "../types.ts";

/** The page's own tool: the run waits until somebody has chosen, here or in another tab. */
export function ChoiceCard({ call }: { call: CallOf<"ask_choice"> }) {
  const chat = useChat();
  const card = useRef<HTMLFieldSetElement>(null);
  const [sent, setSent] = useState(false);
  if (call.input === undefined) return null;

  async function choose(choice: string) {
    setSent(true);
    card.current?.closest<HTMLElement>(".event")?.focus({ preventScroll: true });
    if (!(await chat.complete(call.call, { choice }))) setSent(false);
  }
  return (
    <fieldset className="ask" ref={card} disabled={sent}>
      <legend>
        <Icon name="ask" />
        {call.input.question}
      </legend>
      <div className="row wrap">
        {call.input.options.map((option) => (
          <button type="button" key={option} onClick={() => void choose(option)}>
            {option}
          </button>
        ))}
      </div>
    </fieldset>
  );
}
