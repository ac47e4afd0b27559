/** Line drawings on a grid of 16. Never alone: what they mean is said in words beside them or in a label. */
const paths = {
  alert: "M8 2.5 14 13H2zM8 6.5v3M8 11.2v.1",
  ask: "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0M6.3 6.3a1.8 1.8 0 1 1 2.4 2.1c-.5.2-.7.5-.7 1M8 11.4v.1",
  back: "M9.5 4 5.5 8l4 4",
  check: "m3 8.5 3.2 3.2L13 5",
  chevron: "m5 6.5 3 3 3-3",
  clock: "M8 4.5V8l2.3 1.5M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0",
  copy: "M5.5 5.5v-3h8v8h-3m-8-5h8v8h-8z",
  cross: "m4 4 8 8m0-8-8 8",
  down: "M8 3v10m-4-4 4 4 4-4",
  menu: "M2.5 4.5h11m-11 3.5h11m-11 3.5h11",
  next: "m6.5 4 4 4-4 4",
  pen: "m3 13 .7-2.7L10.8 3.2l2 2L5.7 12.3zM9.5 4.5l2 2",
  people:
    "M6 7.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4m-4 5c0-2 1.8-3 4-3s4 1 4 3m.5-5.2a2 2 0 1 0-.8-3.7M11.5 9.5c1.5.3 2.5 1.3 2.5 3",
  plus: "M8 3v10M3 8h10",
  redo: "M12.5 8a4.5 4.5 0 1 1-1.3-3.2l1.3 1.3V3m0 3H9.5",
  send: "M8 13V3.5M4 7l4-4 4 4",
  stop: "M4.5 4.5h7v7h-7z",
  thought: "M8 2.5a4 4 0 0 0-2.3 7.2c.5.4.8.8.8 1.3h3c0-.5.3-.9.8-1.3A4 4 0 0 0 8 2.5M6.7 13.5h2.6",
  tool: "M9.8 3a3 3 0 0 0-3 4L3 10.8 5.2 13 9 9.2a3 3 0 0 0 4-3.8L11.2 7 9.5 6.5 9 4.8 10.6 3a3 3 0 0 0-.8 0",
  trash: "M3 4.5h10M6.5 4.5v-1.5h3v1.5M4.5 4.5l.5 8.5h6l.5-8.5",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
