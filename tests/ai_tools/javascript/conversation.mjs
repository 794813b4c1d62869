// A prompt over a WebSocket, as Codex sends it.
export const url = "wss://api.openai.com/v1/responses";
export const headers = { Authorization: `Bearer ${process.env.OPENAI_API_KEY}` };

export function converse(socket) {
  socket.onopen = () => socket.send(JSON.stringify({ type: "response.create", model: "gpt-5", input: "Say hello." }));
  socket.onmessage = ({ data }) => {
    const event = JSON.parse(data);
    if (event.type === "response.output_text.done") console.log(event.text);
    if (event.type === "response.completed") socket.close();
  };
  socket.onerror = ({ message }) => {
    console.error(message);
    process.exit(1);
  };
}
