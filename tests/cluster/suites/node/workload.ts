import { access } from "../../lib/access.ts";

export const NAMESPACE = "shop";
export const PORT = 8080;

/** What each connection carries. No power of two, so that no block's size is taken for it. */
export const SENT = 4_099;
export const ANSWERED = 1_021;

/** Answers each connection once its client has said all. */
const SERVER = `require("net").createServer({ allowHalfOpen: true }, (socket) => {
  socket.on("error", () => {});
  socket.on("end", () => socket.end(Buffer.alloc(${ANSWERED})));
  socket.resume();
}).listen(Number(process.env.PORT));`;

/** Opens connections one after the other, ends once all are closed, and says how many milliseconds it ran. */
const CLIENT = `const { connect } = require("net");
const { HOST, PORT, COUNT } = process.env;
const once = () => new Promise((resolve, reject) => {
  const socket = connect(Number(PORT), HOST, () => socket.end(Buffer.alloc(${SENT})));
  socket.on("error", reject).on("close", resolve).resume();
});
(async () => {
  for (let i = 0; i < Number(COUNT); i++) await once();
  console.log(Math.round(process.uptime() * 1000));
})();`;

/** A container that runs Node, which the exporter's image has. */
function container(script: string, env: Readonly<Record<string, string>>): object {
  return {
    name: "main",
    image: access().images["flow-exporter"],
    command: ["/bin/node", "--eval", script],
    env: Object.entries(env).map(([name, value]) => ({ name, value })),
  };
}

const QUICK = { terminationGracePeriodSeconds: 0, automountServiceAccountToken: false };

export function serverSpec(port = PORT): Record<string, unknown> {
  const probe = { tcpSocket: { port }, periodSeconds: 1 };
  const server = { ...container(SERVER, { PORT: `${port}` }), readinessProbe: probe };
  return { ...QUICK, containers: [server] };
}

/** Its pod has succeeded once all its connections are closed. */
export function clientSpec(host: string, count: number, port = PORT): Record<string, unknown> {
  const client = container(CLIENT, { HOST: host, PORT: `${port}`, COUNT: `${count}` });
  return { ...QUICK, restartPolicy: "Never", containers: [client] };
}

export function pod(name: string, spec: object): object {
  return { apiVersion: "v1", kind: "Pod", metadata: { name, namespace: NAMESPACE, labels: { app: name } }, spec };
}

/** A Deployment of servers, and a service with an address of its own before them, at port 80. */
export function deployedService(name: string, replicas: number): object[] {
  const metadata = { name, namespace: NAMESPACE };
  const labels = { app: name };
  const template = { metadata: { labels }, spec: serverSpec() };
  const servers = { replicas, selector: { matchLabels: labels }, template };
  const service = { selector: labels, ports: [{ port: 80, targetPort: PORT }] };
  return [
    { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: servers },
    { apiVersion: "v1", kind: "Service", metadata, spec: service },
  ];
}
