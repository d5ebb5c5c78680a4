#!/node
/** Asks the server of http-server.mjs at the address it is given, by each kind of request so often as below; then says done. */
import { Agent, request } from "node:http";
import { connect } from "node:net";

const [, , host, kind] = process.argv;
const agent = new Agent({ keepAlive: true, maxSockets: 4 });
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function ask(method, path, { body, headers } = {}) {
  return new Promise((resolve, reject) => {
    const asked = request({ host, method, path, agent, headers }, (response) => response.resume().on("end", resolve));
    asked.on("error", reject);
    if (headers?.Expect) asked.on("continue", () => asked.end(body));
    else asked.end(body);
  });
}

const times = async (count, step) => {
  for (let index = 0; index < count; index++) await step();
};

/** Speaks as it likes: each text is a segment of its own. Resolves once the server has answered and all is said. */
function speak(port, texts) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host, noDelay: true }, async () => {
      for (const text of texts) {
        socket.write(text);
        await wait(30);
      }
      resolve(socket.destroy());
    });
    socket.on("error", reject).resume();
  });
}

const LIKE_REQUESTS = "GET /wrong HTTP/1.1\r\n".repeat(50_000);

const KINDS = {
  plain: async () => {
    await Promise.all([1, 2, 3, 4].map(() => times(250, () => ask("GET", "/ok"))));
    await times(7, () => ask("GET", "/missing"));
    await times(5, () => ask("DELETE", "/nothing"));
    await times(3, () => ask("HEAD", "/ok"));
  },
  bodies: async () => {
    await times(11, () => ask("GET", "/large"));
    await times(4, () => ask("GET", "/pieces"));
    await times(9, () => ask("POST", "/ok", { body: LIKE_REQUESTS }));
    await times(6, () =>
      ask("PUT", "/ok", {
        body: LIKE_REQUESTS,
        headers: { Expect: "100-continue", "Content-Length": LIKE_REQUESTS.length },
      }),
    );
  },
  pieces: () =>
    times(8, () => speak(80, ["P", "AT", "CH /ok HT", "TP/1.1\r\nHost: a\r\n", "Content-Length: 0\r\n\r\n"])),
  upgrade: () =>
    speak(80, [
      "GET /up HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n",
      "GET /wrong HTTP/1.1\r\n\r\n",
      "GET /wrong HTTP/1.1\r\n\r\n",
    ]),
  other: () => times(3, () => speak(81, ["GET /wrong HTTP/1.1\r\n\r\n", "POST /wrong HTTP/1.1\r\n\r\n"])),
  slow: () => times(2, () => ask("GET", "/slow")),
};

await KINDS[kind]();
console.log("done");
await wait(60_000);
