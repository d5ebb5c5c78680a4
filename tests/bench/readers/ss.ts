/** One socket as a tool prints it, with bytes where it has them. */
export interface ToolSocket {
  local: string;
  remote: string;
  sentBytes: number;
  receivedBytes: number;
}

/** Parses `ss -tinH`: a line with state, queues and addresses, then an indented one with the counters. */
export function parseSs(text: string): ToolSocket[] {
  const sockets: ToolSocket[] = [];
  const lines = text.split("\n");
  for (let index = 0; index + 1 < lines.length; index += 2) {
    const [, , , local = "", remote = ""] = (lines[index] ?? "").split(/ +/, 5);
    const counters = lines[index + 1] ?? "";
    const sentBytes = numberAfter(counters, " bytes_sent:") - numberAfter(counters, " bytes_retrans:");
    sockets.push({ local, remote, sentBytes, receivedBytes: numberAfter(counters, " bytes_received:") });
  }
  return sockets;
}

/** The whole number that follows `name` in `text`; 0 where the name is left out. */
function numberAfter(text: string, name: string): number {
  const at = text.indexOf(name);
  return at < 0 ? 0 : Number.parseInt(text.slice(at + name.length, at + name.length + 20), 10);
}
