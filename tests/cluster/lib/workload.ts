import { once } from "node:events";
import { connect } from "node:net";
import { eventually } from "../../integration/lib/eventually.ts";
import { access } from "./access.ts";
import { kubectl } from "./kubectl.ts";

export const NAMESPACE = "shop";
export const PORT = 8080;

/** What each connection carries. No power of two, so that no block's size is taken for it. */
export const SENT = 4_099;
export const ANSWERED = 1_021;

/** Answers each connection once its client has said all, by its own name first. */
const SERVER = `const answer = Buffer.alloc(${ANSWERED}, " ");
answer.write(require("os").hostname());
require("net").createServer({ allowHalfOpen: true }, (socket) => {
  socket.on("error", () => {});
  socket.on("end", () => socket.end(answer));
  socket.resume();
}).listen(Number(process.env.PORT));`;

/** Opens connections one after the other, ends once all are closed, and says what Said has. */
const CLIENT = `const { connect } = require("net");
const { HOST, PORT, COUNT } = process.env;
const calls = {};
const once = () => new Promise((resolve, reject) => {
  let answer = "";
  const socket = connect(Number(PORT), HOST, () => {
    const port = socket.localPort;
    socket.on("close", () => { calls[port] = answer.trim(); resolve(); }).end(Buffer.alloc(${SENT}));
  });
  socket.on("error", reject).on("data", (chunk) => { answer += chunk; });
});
(async () => {
  for (let i = 0; i < Number(COUNT); i++) await once();
  console.log(JSON.stringify({ milliseconds: Math.round(process.uptime() * 1000), calls }));
})();`;

/** What a client says that has ended. */
interface Said {
  /** How long it ran. */
  milliseconds: number;
  /** The name of the server that has answered, by the port that the client has called from. */
  calls: Readonly<Record<string, string>>;
}

/** A container that runs Node, which the exporter's image has. */
export function container(script: string, env: Readonly<Record<string, string>>): object {
  return {
    name: "main",
    image: access().images["flow-exporter"],
    command: ["/bin/node", "--eval", script],
    env: Object.entries(env).map(([name, value]) => ({ name, value })),
  };
}

/** Of all pods here. */
export const QUICK = { terminationGracePeriodSeconds: 0, automountServiceAccountToken: false };

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

/** A Deployment of servers, as many on one node as on another, and a service with an address of its own before them, at port 80. */
export function deployedService(name: string, replicas: number): object[] {
  const labels = { app: name };
  const spread = { maxSkew: 1, topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "DoNotSchedule" };
  const spec = { ...serverSpec(), topologySpreadConstraints: [{ ...spread, labelSelector: { matchLabels: labels } }] };
  const servers = { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } };
  return [
    { apiVersion: "apps/v1", kind: "Deployment", metadata: { name, namespace: NAMESPACE }, spec: servers },
    service(name, name),
  ];
}

/** A service at port 80 before the pods of a name. */
export function service(name: string, app: string, type: "ClusterIP" | "NodePort" = "ClusterIP"): object {
  const spec = { type, selector: { app }, ports: [{ port: 80, targetPort: PORT }] };
  return { apiVersion: "v1", kind: "Service", metadata: { name, namespace: NAMESPACE }, spec };
}

/** `kubectl` on what is here. */
export function inNamespace(...words: readonly string[]): Promise<string> {
  return kubectl([...words, `--namespace=${NAMESPACE}`]);
}

export async function ready(name: string): Promise<void> {
  await inNamespace("wait", `pod/${name}`, "--for=condition=Ready", "--timeout=60s");
}

/** Of a pod, once it is ready. */
export async function addressOf(name: string): Promise<string> {
  await ready(name);
  return inNamespace("get", "pod", name, "--output=jsonpath={.status.podIP}");
}

/** What a client has said, once it has ended. */
export async function saidBy(name: string): Promise<Said> {
  await inNamespace("wait", `pod/${name}`, "--for=jsonpath={.status.phase}=Succeeded", "--timeout=60s");
  return JSON.parse(await inNamespace("logs", name)) as Said;
}

/** Waits until something listens there: kube-proxy writes a service's rules in its own time. */
export function answering(address: string, port: number): Promise<void> {
  return eventually(30, async () => {
    const socket = connect({ host: address, port, signal: AbortSignal.timeout(2_000) });
    await once(socket, "connect").finally(() => socket.destroy());
  });
}
