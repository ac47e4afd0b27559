import { type ReactNode, useState } from "react";
import { Icon } from "../icon.tsx";

/** One line that opens. What is inside is made only once somebody looks: most of it is never seen. */
export function Disclosure({
  open,
  summary,
  children,
}: {
  /** Opens and closes it when it changes; in between it is up to the reader. */
  open: boolean;
  summary: ReactNode;
  children: ReactNode;
}) {
  const [seen, setSeen] = useState(open);
  return (
    <details open={open} onToggle={(event) => setSeen(event.currentTarget.open)}>
      <summary>
        {summary}
        <Icon name="chevron" />
      </summary>
      {seen && children}
    </details>
  );
}
