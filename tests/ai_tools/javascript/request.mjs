// The request that the Anthropic SDK would send, for clients that know nothing of providers.
export const url = "https://api.anthropic.com/v1/messages";
export const headers = { "Content-Type": "application/json", "X-Api-Key": process.env.ANTHROPIC_API_KEY };
export const body = {
  model: "claude-opus-5-5",
  max_tokens: 100,
  messages: [{ role: "user", content: "Say hello." }],
};
