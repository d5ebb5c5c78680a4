import type { Container } from "../../model/container.ts";
import type { Pod } from "../../model/pod.ts";
import { podName } from "../collected.ts";

/** A container that was seen at work in a pod's place, and has not been reported: all that is known of it is the pod. */
export function unreportedContainer(id: string, { uid, name, namespace, hostNetwork }: Pod): Container {
  return {
    id,
    name: podName({ namespace, name }),
    image: "",
    composeProject: "",
    composeService: "",
    pod: name,
    namespace,
    podUid: uid,
    pid: 0,
    networkMode: hostNetwork ? "host" : "",
    addresses: [],
    publishedPorts: [],
    hostPaths: [],
  };
}
