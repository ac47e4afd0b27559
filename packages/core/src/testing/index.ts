export {
  type Script,
  type ScriptedModelOptions,
  type StepFunction,
  scriptedModel,
} from "./scripted-model.ts";
export { lastOutput, outputs } from "./scripted-request.ts";
export type { Chunk, ScriptedCall, ScriptedError, ScriptedStep } from "./scripted-step.ts";
