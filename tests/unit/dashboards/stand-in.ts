import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";

export type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Stands in for where dashboards are published. */
export interface Published extends AsyncDisposable {
  base: string;
  /** Numbers that were asked for, and, of a proxy, which hosts. */
  asked: string[];
}

/** A dashboard of this number, as it is published. */
export function dashboardOf(number: number): object {
  const __inputs = [{ name: "DS_PROMETHEUS", type: "datasource", pluginId: "prometheus" }];
  return { __inputs, title: `Dashboard ${number}`, panels: [{ datasource: `\${DS_PROMETHEUS}` }] };
}

/** @param answers by number; all others are dashboards. */
export async function startPublished(answers: Readonly<Record<number, Answer>> = {}): Promise<Published> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const [, number = ""] = /^\/api\/dashboards\/(\d+)\/revisions\/latest\/download$/.exec(pathOf(request)) ?? [];
    asked.push(number);
    const answer = answers[Number(number)] ?? (() => response.end(JSON.stringify(dashboardOf(Number(number)))));
    if (number === "") response.writeHead(404).end();
    else answer(request, response);
  });
  // As a proxy does, it leads there whatever host is asked for; this one is all there is.
  server.on("connect", ({ url = "" }: IncomingMessage, socket) => {
    asked.push(url);
    const { port } = server.address() as AddressInfo;
    const through = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      socket.pipe(through).pipe(socket);
    });
    for (const end of [socket, through]) end.on("error", () => through.destroy());
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  return {
    base: `http://127.0.0.1:${port}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await once(server.close(), "close");
    },
  };
}

/** A proxy is asked with the whole URL. */
function pathOf({ url = "" }: IncomingMessage): string {
  return URL.parse(url)?.pathname ?? url;
}
