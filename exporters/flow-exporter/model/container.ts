export interface PublishedPort {
  /** IP protocol number. */
  protocol: number;
  /** Address of the host it is published at; left out: at all of them. */
  hostAddress?: string | undefined;
  hostPort: number;
  containerPort: number;
}

/** How a container does, as the engine sees it. */
export interface Condition {
  /** The engine's word: running, paused, restarting. */
  state: string;
  /** What its health check says: healthy, unhealthy, starting; empty: it has none. */
  health: string;
  /** How often its restart policy has started it again. */
  restarts: number;
  /** When it was started last, ISO 8601; empty: not known. */
  startedAt: string;
}

/** A running container: what names its flows. */
export interface Container {
  id: string;
  name: string;
  image: string;
  composeProject: string;
  composeService: string;
  pod: string;
  namespace: string;
  /** Of its pod, as the kubelet reports it; left out: it is in none, or only a label says so. */
  podUid?: string | undefined;
  /** What made its pod, such as `ReplicaSet/web-5d4f8c7b9`; left out: it is in none, or somebody made that by hand. */
  podOwner?: string | undefined;
  /** Of its first process, as the host counts; 0 unknown. */
  pid: number;
  networkMode: string;
  addresses: string[];
  publishedPorts: PublishedPort[];
  /** Paths on the host that are mounted in it: an image cannot ask for these, only who starts the container can. */
  hostPaths: string[];
  /** Left out where only an event has named the container, or an earlier exporter. */
  condition?: Condition;
}
