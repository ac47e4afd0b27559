import { useRef } from "react";
import { Icon } from "../icon.tsx";
import { goTo } from "../route.ts";
import { ThreadRow } from "./thread-row.tsx";
import { useThreads } from "./use-threads.ts";

interface Props {
  readonly current: string | undefined;
  /** A change of it means that the list may have changed. */
  readonly version: unknown;
}

/** The list of conversations: a column where there is room for one, a drawer on a phone. */
export function Sidebar({ current, version }: Props) {
  const drawer = useRef<HTMLElement>(null);
  const { threads, problem, more, remove } = useThreads(version);
  const close = () => {
    if (drawer.current?.matches(":popover-open")) drawer.current.hidePopover();
  };
  const begin = () => {
    close();
    goTo(undefined);
  };
  const onDelete = (thread: string) => {
    if (thread === current) goTo(undefined);
    void remove(thread);
  };
  return (
    <nav className="sidebar" id="threads" popover="auto" ref={drawer} aria-label="Conversations">
      <p className="brand">
        <img src="/icon.svg" alt="" width="24" height="24" />
        Runwire Studio
      </p>
      <button type="button" onClick={begin}>
        <Icon name="plus" />
        New conversation
      </button>
      <ul className="threads">
        {threads.map(({ thread, title }) => (
          <ThreadRow
            key={thread}
            thread={thread}
            title={title ?? "Untitled"}
            current={thread === current}
            onOpen={close}
            onDelete={() => onDelete(thread)}
          />
        ))}
      </ul>
      {more !== undefined && (
        <button type="button" className="quiet" onClick={more}>
          Show more
        </button>
      )}
      {problem !== undefined && <p className="error-text">{problem}</p>}
    </nav>
  );
}
