export { type CheckedLog, checkLog } from "./check-log.ts";
export { checkModelEvents, modelRequest, readModel, textOfAnswer } from "./check-model-events.ts";
export { eventLogCases } from "./conformance.ts";
export { type FaultyLogOptions, faultyLog } from "./faulty-log.ts";
export type { LogCase, LogCaseOptions, MakeLog } from "./log-cases/kit.ts";
export type { Effect } from "./log-checks/effects.ts";
export type { Problem } from "./log-checks/problem.ts";
export {
  type HarnessCall,
  type ModelCase,
  type ModelHarness,
  modelCases,
} from "./model-conformance.ts";
export { type RandomLogOptions, randomLog } from "./random-log/random-log.ts";
export { eventLogRandomCase } from "./random-operations.ts";
export {
  type Script,
  type ScriptedModelOptions,
  type StepFunction,
  scriptedModel,
} from "./scripted-model.ts";
export { lastOutput, outputs } from "./scripted-request.ts";
export type { Chunk, ScriptedCall, ScriptedError, ScriptedStep } from "./scripted-step.ts";
