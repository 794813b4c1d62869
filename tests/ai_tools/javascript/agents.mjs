import { Agent, run } from "@openai/agents";

const { finalOutput } = await run(new Agent({ name: "Assistant", model: "gpt-5" }), "Say hello.");
console.log(finalOutput);
