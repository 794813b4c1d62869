// Prints what is at a URL, through the proxy that the environment names.
const { EnvHttpProxyAgent, fetch } = require("undici");

fetch(process.argv[2], { dispatcher: new EnvHttpProxyAgent() })
  .then((response) => response.text())
  .then(console.log);
