export interface PublishedPort {
  /** IP protocol number. */
  protocol: number;
  /** Address of the host it is published at; left out: at all of them. */
  hostAddress?: string | undefined;
  hostPort: number;
  containerPort: number;
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
  /** Of its first process, as the host counts; 0 unknown. */
  pid: number;
  networkMode: string;
  addresses: string[];
  publishedPorts: PublishedPort[];
  /** Paths on the host that are mounted in it: an image cannot ask for these, only who starts the container can. */
  hostPaths: string[];
}
