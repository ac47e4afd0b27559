import type { InstanceOptions } from "./instance-options.test.helper.ts";
import { type Program, startProgram } from "./start-program.test.helper.ts";

/** A process that serves or works. */
export interface Instance extends Program {
  readonly url: string;
  readonly port: number;
}

const program = new URL("instance.test.helper.ts", import.meta.url);

/**
 * Resolves when it listens, or was killed before. `starting` is given the process at once, so that it can be ended
 * whatever becomes of it.
 */
export async function startInstance(
  options: InstanceOptions,
  starting: (program: Program) => void,
): Promise<Instance> {
  const started = startProgram(program, options);
  starting(started);
  const ready = await started.said("ready").catch(() => "ready 0");
  const port = Number(ready.split(" ")[1]);
  return { ...started, url: `http://127.0.0.1:${port}`, port };
}
