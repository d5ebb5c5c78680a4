import { connect } from "node:net";

const DEADLINE_MS = 10_000;

/** Writes this to a unix socket, byte for byte, and resolves with all that comes back until the other side closes. */
export function raw(socket: string, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const connection = connect(socket, () => connection.write(request));
    connection.setTimeout(DEADLINE_MS, () => connection.destroy(new Error(`no end within 10 s after ${answer}`)));
    connection.on("data", (data) => {
      answer += String(data);
    });
    connection.on("error", reject);
    connection.on("close", () => resolve(answer));
  });
}

/** The statuses of the answers in such a text, in order. */
export function statusesOf(answer: string): number[] {
  return [...answer.matchAll(/^HTTP\/1\.[01] (\d{3})/gm)].map(([, status]) => Number(status));
}

/** A request of these lines, the connection closed behind it. */
export function requestOf(line: string, headers: readonly string[] = [], body = ""): string {
  return [line, "Host: docker", "Connection: close", ...headers, "", body].join("\r\n");
}
