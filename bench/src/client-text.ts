import { agUi, aiSdk, floor, runwire, type Task, tanstack } from "./client/clients.ts";
import { fakeFrames } from "./client/frames.ts";
import { text } from "./client/script.ts";
import { type Contestant, interleave, type Outcome } from "./measure.ts";
import { costTable, format, type Section, type Table } from "./table.ts";

const unit = "µs per delta";

/** Bytes to UI state: one text that comes in many deltas. */
export async function clientText(): Promise<Section> {
  const tables: Table[] = [];
  for (const perChunk of [16, 1]) {
    const task = { said: text(20_000), perChunk };
    const outcomes = await interleave(everyone(task, 3), 7);
    const caption = `20,000 deltas, ${perChunk} per chunk`;
    tables.push(costTable(caption, unit, outcomes), aboveFloor(caption, outcomes));
  }
  tables.push(await lengths(), await history(), await frames());
  return {
    title: "Client: text, bytes → UI state",
    note: "CPU time of the main thread. Bodies are read from memory, with a macrotask every 256 events. The floor reads, decodes, frames and parses our wire, and does nothing else. TanStack's client is told that the page is hidden: it waits for a timer after every event otherwise.",
    tables,
  };
}

function everyone(task: Task, peers?: number): readonly Contestant[] {
  const less = peers === undefined ? {} : { rounds: peers };
  return [
    runwire(task),
    floor(task),
    { ...aiSdk(task), ...less },
    { ...agUi(task), ...less },
    { ...tanstack(task), ...less },
  ];
}

function aboveFloor(caption: string, outcomes: readonly Outcome[]): Table {
  const [ours, least, ...peers] = outcomes.map(({ median }) => median);
  const own = (ours ?? 0) - (least ?? 0);
  return {
    caption: `${caption}: what is spent above the floor`,
    head: ["", "× runwire", unit],
    rows: [ours ?? 0, ...peers].map((cost, index) => [
      outcomes[index === 0 ? 0 : index + 1]?.name ?? "",
      format((cost - (least ?? 0)) / own),
      format(cost - (least ?? 0)),
    ]),
  };
}

/** The same answer, longer and longer: what a delta costs must not grow. */
async function lengths(): Promise<Table> {
  const sizes = [5_000, 1_000, 20_000, 100_000];
  const tasks = sizes.map((size) => ({ said: text(size), perChunk: 16 }));
  const named = (size: number | undefined) => `, ${size?.toLocaleString("en")} deltas`;
  const outcomes = await interleave(
    [
      ...tasks.map((task, index) => runwire(task, `runwire${named(sizes[index])}`)),
      ...tasks.map((task, index) => ({
        ...aiSdk(task, `ai Chat${named(sizes[index])}`),
        rounds: 2,
      })),
      ...tasks.map((task, index) => ({
        ...agUi(task, `AG-UI HttpAgent${named(sizes[index])}`),
        rounds: 1,
      })),
    ],
    9,
  );
  return costTable("By the length of the answer, 16 deltas per chunk", unit, outcomes);
}

/** The same answer below a long conversation. */
async function history(): Promise<Table> {
  const task = { said: text(5_000), perChunk: 16, earlier: 500 };
  return costTable(
    "5,000 deltas after 500 earlier messages, 16 per chunk",
    unit,
    await interleave(everyone(task, 1), 7),
  );
}

/** With a snapshot at every chunk, the most that a page can ask for. */
async function frames(): Promise<Table> {
  const said = text(20_000);
  const { show, restore } = fakeFrames();
  try {
    const task = { said, perChunk: 16, afterChunk: show };
    const outcomes = await interleave(
      [
        runwire(task, "runwire, no earlier messages"),
        runwire({ ...task, earlier: 500 }, "runwire, 500 earlier messages"),
        floor(task),
      ],
      9,
    );
    return costTable("20,000 deltas, a snapshot at every chunk of 16", unit, outcomes);
  } finally {
    restore();
  }
}
