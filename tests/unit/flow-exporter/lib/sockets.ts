import { ROLE } from "../../../../exporters/flow-exporter/model/socket.ts";
import type { SocketValues } from "./rows.ts";
import { HOST_ADDRESS } from "./world.ts";

/** web talks to db (both sockets seen) and to the world; a process of the host talks to web. */
export const SOCKETS: SocketValues[] = [
  {
    cookie: 1,
    netns: 2,
    cgroup: 20,
    source: "172.18.0.2:40000",
    destination: "172.18.0.3:5432",
    role: ROLE.client,
    sent: 4099,
    received: 1031,
    pid: 200,
    comm: "nginx",
  },
  {
    cookie: 2,
    netns: 3,
    cgroup: 30,
    source: "172.18.0.3:5432",
    destination: "172.18.0.2:40000",
    role: ROLE.server,
    sent: 1031,
    received: 4099,
  },
  {
    cookie: 3,
    netns: 2,
    cgroup: 20,
    source: "172.18.0.2:40001",
    destination: "93.184.216.34:443",
    role: ROLE.client,
    sent: 5,
    state: 8,
  },
  {
    cookie: 4,
    source: `${HOST_ADDRESS}:40002`,
    destination: `${HOST_ADDRESS}:8080`,
    role: ROLE.client,
    comm: 'a "b"\\c',
    pid: 77,
  },
];
