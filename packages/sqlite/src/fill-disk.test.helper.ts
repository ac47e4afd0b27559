// Appends until the disk is full, then makes room and goes on. Says what it saw.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { append, owned, seqsOf } from "./runs.test.helper.ts";
import { sqliteLog } from "./sqlite-log.ts";

const [folder = "", durability] = process.argv.slice(2);
const path = join(folder, "runs.db");
const other = join(folder, "other");
writeFileSync(other, Buffer.alloc(200_000));
const log = sqliteLog({ path, durability: durability === "power" ? "power" : "process" });
const lease = await owned(log, "r");
let tail = 1;
let error: unknown;
while (error === undefined && tail < 100_000) {
  try {
    await append(log, lease, tail, 50);
    tail += 50;
  } catch (thrown) {
    error = thrown;
  }
}
const { code, message } = error as { readonly code?: string; readonly message?: string };
const kept = (await seqsOf(log, "r")).length === tail;
rmSync(other);
await append(log, lease, tail, 50);
const recovered = (await seqsOf(log, "r")).length === tail + 50;
await log.close();
const file = new DatabaseSync(path);
const integrity = file.prepare("PRAGMA integrity_check").get()?.integrity_check;
console.log(JSON.stringify({ code, message, filled: tail > 1, kept, recovered, integrity }));
