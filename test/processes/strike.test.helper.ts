// A thread that kills its process, whatever the other thread does at that moment.
import { workerData } from "node:worker_threads";
import type { Blow } from "./moment.test.helper.ts";

const { afterMs, counts } = workerData as Blow;
Atomics.wait(counts, 1, 0, afterMs);
while (Atomics.load(counts, 0) > 0) Atomics.wait(counts, 1, 0, 1);
process.kill(process.pid, "SIGKILL");
