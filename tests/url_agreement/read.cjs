// Reads JSON strings, one a line, and prints for each what `new URL` makes of it, or null.
const lines = require("node:fs").readFileSync(0, "utf8").split("\n").slice(0, -1);

function read(text) {
  try {
    const url = new URL(text);
    const [user, password] = [url.username, url.password].map(decodeURIComponent);
    return [url.protocol.slice(0, -1), url.hostname, url.port, user, password, url.pathname];
  } catch {
    return null;
  }
}

process.stdout.write(lines.map((line) => JSON.stringify(read(JSON.parse(line))) + "\n").join(""));
