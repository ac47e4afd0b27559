import { readdirSync, readFileSync } from "node:fs";
import { javascript, python, type Sandbox } from "@runwire/sandbox";
import { type Contestant, check, interleave } from "./measure.ts";
import { costTable, format, type Section, type Table } from "./table.ts";

type Make = (options: {
  isolation: "process" | "os";
  warm: number;
  concurrency?: number;
}) => Sandbox;

const makes: readonly (readonly [string, Make])[] = [
  ["Python", (options) => python(options)],
  ["JavaScript", (options) => javascript(options)],
];
const parallel = 20;

/** What a program waits for before and beside its own work. */
export async function sandbox(): Promise<Section> {
  const cold: Contestant[] = [];
  const warm: Contestant[] = [];
  const closing: Sandbox[] = [];
  try {
    for (const isolation of levels()) {
      for (const [language, make] of makes) {
        const name = `${language}, ${isolation}`;
        cold.push({ name, sample: () => first(make({ isolation, warm: 0 })) });
        const kept = make({ isolation, warm: 0 });
        closing.push(kept);
        const context = await kept.open();
        warm.push({ name, sample: () => timed(async () => expectRun(await context.run("1 + 1"))) });
      }
    }
    const tables = [
      costTable("First program of a sandbox: start, run, answer", "ms", await interleave(cold, 7)),
      costTable("Next program of a context", "ms", await interleave(warm, 41)),
    ];
    return {
      title: "Sandbox: start, run, many at once",
      note: `By the clock. The program is \`1 + 1\`. \`process\`: Node without authority; \`os\`: in namespaces of its own besides. Python's snapshot is in its cache. ${parallel} programs at once, each in a process that nobody used, as many at a time as there are cores: afterwards no process and no open file is left.`,
      tables: [...tables, await many()],
    };
  } finally {
    for (const each of closing) await each.close();
  }
}

function levels(): readonly ("process" | "os")[] {
  return python().caps.isolation === "os" ? ["process", "os"] : ["process"];
}

async function first(sandbox: Sandbox): Promise<number> {
  const spent = await timed(async () => expectRun(await (await sandbox.open()).run("1 + 1")));
  await sandbox.close();
  return spent;
}

async function timed(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

function expectRun({ ok, results }: { ok: boolean; results: readonly { data: string }[] }): void {
  check(ok && results[0]?.data === "2", "1 + 1 is 2");
}

async function many(): Promise<Table> {
  const rows: string[][] = [];
  for (const [language, make] of makes) {
    for (const isolation of levels()) {
      const before = left();
      const pool = make({ isolation, warm: 2 });
      const spent = await timed(async () => {
        const runs = Array.from({ length: parallel }, async () => {
          const context = await pool.open();
          expectRun(await context.run("1 + 1"));
          await context.close();
        });
        await Promise.all(runs);
      });
      await pool.close();
      const after = left();
      check(after.children <= before.children, `${language}: no process is left`);
      check(after.files <= before.files, `${language}: no open file is left`);
      rows.push([`${language}, ${isolation}`, format(spent), format(spent / parallel)]);
    }
  }
  return { caption: `${parallel} programs at once`, head: ["", "ms in all", "ms each"], rows };
}

/** This process's children and open files. */
function left(): { readonly children: number; readonly files: number } {
  const { pid } = process;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(/\s+/);
  const files = readdirSync(`/proc/${pid}/fd`).length;
  return { children: children.filter((child) => child !== "").length, files };
}
