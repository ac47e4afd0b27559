import type { InstanceOptions } from "./instance-options.test.helper.ts";
import { type Program, startProgram } from "./start-program.test.helper.ts";

/** A process that serves or works. */
export interface Instance extends Program {
  readonly url: string;
  readonly port: number;
}

const program = new URL("instance.test.helper.ts", import.meta.url);

/** Resolves when it listens, or was struck before. */
export async function startInstance(options: InstanceOptions): Promise<Instance> {
  const started = startProgram(program, options);
  const ready = await Promise.race([started.said("ready"), started.gone.then(() => "ready 0")]);
  const port = Number(ready.split(" ")[1]);
  return { ...started, url: `http://127.0.0.1:${port}`, port };
}
