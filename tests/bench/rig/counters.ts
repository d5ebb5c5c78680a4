import { readdirSync, readFileSync } from "node:fs";

/** Clock ticks a second in /proc: fixed by the kernel's interface to programs. */
const TICKS = 100;

/** What has gone through a network namespace. */
export interface Traffic {
  /** TCP connections that were accepted. */
  accepted: number;
  /** UDP datagrams that were received. */
  datagrams: number;
  /** Through the device, both ways; large ones count once where the kernel keeps them together. */
  packets: number;
  receivedBytes: number;
}

/** CPU time of a load, in seconds. */
export interface CpuTime {
  /** All of its processes', to the nanosecond; interrupts that the kernel served in their time are in it. */
  busy: number;
  /** Their own and the kernel's for them, in whole ticks. */
  user: number;
  system: number;
  /** All CPUs' in soft interrupts, where the network's work is done: whose it was is not told. */
  softInterrupt: number;
}

/** @param pid of a process in the namespace */
export function trafficOf(pid: number, device: string): Traffic {
  const read = (file: string) => readFileSync(`/proc/${pid}/net/${file}`, "utf8");
  return trafficIn(read("snmp"), read("dev"), device);
}

/** Out of the texts of /proc/net/snmp and /proc/net/dev. */
export function trafficIn(snmp: string, dev: string, device: string): Traffic {
  const [receivedBytes = 0, received = 0, , , , , , , , sent = 0] =
    new RegExp(`^ *${device}:(.*)$`, "m").exec(dev)?.[1]?.trim().split(/\s+/).map(Number) ?? [];
  return {
    accepted: counterIn(snmp, "Tcp", "PassiveOpens"),
    datagrams: counterIn(snmp, "Udp", "InDatagrams"),
    packets: received + sent,
    receivedBytes,
  };
}

/** @param pids of the load's processes; what their children do is theirs */
export function cpuTimeOf(pids: readonly number[]): CpuTime {
  const time = { busy: 0, user: 0, system: 0, softInterrupt: softInterruptIn(readFileSync("/proc/stat", "utf8")) };
  for (const pid of pids.flatMap(familyOf)) {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      time.busy += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]) / 1e9;
    }
    const { user, system } = ticksIn(readFileSync(`/proc/${pid}/stat`, "utf8"));
    time.user += user;
    time.system += system;
  }
  return time;
}

/** Out of the text of /proc/PID/stat, in seconds; the name in it may hold spaces and brackets. */
export function ticksIn(stat: string): { user: number; system: number } {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { user: Number(fields[11]) / TICKS, system: Number(fields[12]) / TICKS };
}

/** Out of the text of /proc/stat, in seconds. */
export function softInterruptIn(stat: string): number {
  return Number(/^cpu +(.*)$/m.exec(stat)?.[1]?.split(" ")[6]) / TICKS;
}

function familyOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return [pid, ...(children === "" ? [] : children.split(" ").map(Number).flatMap(familyOf))];
}

/** Of a protocol there is a line of names, and then one of values. */
function counterIn(snmp: string, protocol: string, name: string): number {
  const [names = [], values = []] = snmp
    .split("\n")
    .filter((line) => line.startsWith(`${protocol}: `))
    .map((line) => line.split(" "));
  return Number(values[names.indexOf(name)] ?? 0);
}
