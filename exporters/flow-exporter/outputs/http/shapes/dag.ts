import type * as answers from "../answers.ts";
import { listed } from "../stream.ts";
import { type Parts, withScope } from "./parts.ts";

/** An answers.DagGraph, piece by piece. */
export function* dagJson(parts: Parts): Generator<string> {
  yield* withScope(parts, members(parts));
}

function* members({ nodes, links }: Parts): Generator<string> {
  yield '"dag_nodes":{';
  let comma = "";
  for (const node of nodes) {
    yield `${comma}${JSON.stringify(node.id)}:${JSON.stringify(nodeJson(node))}`;
    comma = ",";
  }
  yield '},"dag_links":[';
  yield* listed(byEnds(links()), (link) => link);
  yield "]";
}

function nodeJson(node: answers.GraphNode): answers.DagNode {
  const { id, name, image, pod, container_id } = node;
  return { agent_guid: node.node, guid: container_id, id, image, name, platform: platformOf(node), pod };
}

function platformOf({ kind, pod, container_id, node }: answers.GraphNode): answers.DagNode["platform"] {
  if (pod !== "" || kind === "service") return "kubernetes";
  if (container_id !== "") return "docker";
  return node === "" ? "" : "host";
}

/** One link for each two ends and direction, whatever the port. */
function byEnds(links: Iterable<answers.GraphLink>): Iterable<answers.DagLink> {
  const found = new Map<string, answers.DagLink>();
  for (const { source, destination, sent_bytes, received_bytes } of links) {
    const key = `${source}\n${destination}`;
    const known = found.get(key);
    if (known) known.value += sent_bytes + received_bytes;
    else found.set(key, { source, target: destination, traceIds: [], value: sent_bytes + received_bytes });
  }
  return found.values();
}
