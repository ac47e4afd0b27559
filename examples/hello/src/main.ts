import { agent } from "@runwire/core";
import { scriptedModel } from "@runwire/core/testing";

const model = scriptedModel([{ text: "Because air scatters blue light more than red." }]);
const hello = agent({ name: "hello", model, instructions: "Be brief." });

await hello.run("Why is the sky blue?", {
  on: { "text.delta": ({ delta }) => process.stdout.write(delta) },
}).result;
console.log();
