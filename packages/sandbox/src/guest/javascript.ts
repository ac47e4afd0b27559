import { registerHooks } from "node:module";
import type { QuickJSSyncVariant } from "quickjs-emscripten-core";
import { channel } from "./channel.ts";
import { clock } from "./clock.ts";
import { javascriptEngine } from "./javascript-engine.ts";
import type { JavascriptGuestOptions } from "./javascript-options.ts";
import { guestOutput } from "./output.ts";
import { serve } from "./serve.ts";
import { strip } from "./strip.ts";

/* The process in which JavaScript runs. */

const options = JSON.parse(process.argv[2] ?? "{}") as JavascriptGuestOptions;
const { reallyExit } = process as unknown as { reallyExit(code: number): never };
const exit = (code: number): never => reallyExit.call(process, code);

const { modules, memoryMb, fileBytes } = options;
registerHooks({
  resolve(specifier, context, next) {
    const url = modules[specifier];
    return url === undefined ? next(specifier, context) : { url, shortCircuit: true };
  },
});
const { newQuickJSWASMModuleFromVariant } = await import("quickjs-emscripten-core");
const { default: variant } = await import("@jitl/quickjs-wasmfile-release-sync");
const quickjs = await newQuickJSWASMModuleFromVariant(variant as unknown as QuickJSSyncVariant);

const wire = channel();
const time = clock(wire, () => exit(124));
const output = guestOutput(wire, time);
const engine = javascriptEngine(quickjs, { memoryMb, fileBytes }, { wire, time, output, exit });
strip(() => {});
await serve(engine, wire, time, output);
exit(0);
