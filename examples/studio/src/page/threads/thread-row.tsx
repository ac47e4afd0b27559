import { useState } from "react";
import { Icon } from "../icon.tsx";
import { followLink, pathOf } from "../route.ts";

interface Props {
  readonly thread: string;
  readonly title: string;
  readonly current: boolean;
  readonly onOpen: () => void;
  readonly onDelete: () => void;
}

export function ThreadRow({ thread, title, current, onOpen, onDelete }: Props) {
  const [asking, setAsking] = useState(false);
  if (asking) {
    return (
      <li className="thread asking">
        <span>Delete for good?</span>
        <button type="button" className="danger" onClick={onDelete}>
          Delete
        </button>
        <button
          type="button"
          onClick={() => setAsking(false)}
          // biome-ignore lint/a11y/noAutofocus: it takes the place of the button that was just pressed
          autoFocus
        >
          Keep
        </button>
      </li>
    );
  }
  return (
    <li className="thread">
      <a
        href={pathOf(thread)}
        aria-current={current ? "page" : undefined}
        onClick={(event) => {
          followLink(event, thread);
          onOpen();
        }}
      >
        {title}
      </a>
      <button
        type="button"
        className="quiet icon-only"
        aria-label={`Delete “${title}”`}
        onClick={() => setAsking(true)}
      >
        <Icon name="trash" />
      </button>
    </li>
  );
}
