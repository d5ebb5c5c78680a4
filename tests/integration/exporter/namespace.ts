import { execa } from "execa";

/** A network namespace that is no container's, with a link to the host. */
export interface Namespace {
  /** A command that runs another one in it. */
  within: readonly string[];
  /** The host's end of the link. */
  hostAddress: string;
  /** Its own end. */
  address: string;
  remove(): Promise<void>;
}

const NAME = "flowtally-test";
const [LINK, PEER] = ["flowtally-t0", "flowtally-t1"];
/** A private /30 that Docker's pools do not reach. */
const [HOST_ADDRESS, ADDRESS] = ["10.231.77.1", "10.231.77.2"];

export async function createNamespace(): Promise<Namespace> {
  await run("ip netns add", NAME);
  await run(`ip link add ${LINK} type veth peer name ${PEER} netns`, NAME);
  await run(`ip address add ${HOST_ADDRESS}/30 dev`, LINK);
  await run("ip link set up dev", LINK);
  const within = ["ip", "netns", "exec", NAME];
  await run(`${within.join(" ")} ip address add ${ADDRESS}/30 dev`, PEER);
  await run(`${within.join(" ")} ip link set up dev`, PEER);
  await run(`${within.join(" ")} ip route add default via`, HOST_ADDRESS);
  return {
    within,
    hostAddress: HOST_ADDRESS,
    address: ADDRESS,
    remove: async () => {
      await execa("ip", ["link", "del", LINK], { reject: false });
      await execa("ip", ["netns", "del", NAME], { reject: false });
    },
  };
}

async function run(words: string, last: string): Promise<void> {
  const [file = "", ...args] = words.split(" ");
  await execa(file, [...args, last]);
}
