import { apparmor } from "./apparmor.ts";
import { bpffs } from "./bpffs.ts";
import { cgroup } from "./cgroup.ts";
import { cilium } from "./cilium.ts";
import { clang } from "./clang.ts";
import { disk } from "./disk.ts";
import { dockerCompose } from "./docker-compose.ts";
import { dockerEngine } from "./docker-engine.ts";
import { hubble } from "./hubble.ts";
import { kernelBtf } from "./kernel-btf.ts";
import { kernelLockdown } from "./kernel-lockdown.ts";
import { kernelVersion } from "./kernel-version.ts";
import { libbpfHeaders } from "./libbpf-headers.ts";
import { memory } from "./memory.ts";
import { names } from "./names.ts";
import { pmu } from "./pmu.ts";
import { ports } from "./ports.ts";
import { remoteWrite } from "./remote-write.ts";
import { rights } from "./rights.ts";
import { store } from "./store.ts";
import type { Check } from "./types.ts";
import { vpn } from "./vpn.ts";

/** Every prerequisite, in the order in which the user reads them. */
export const CHECKS: readonly Check[] = [
  kernelVersion,
  kernelBtf,
  kernelLockdown,
  bpffs,
  cgroup,
  rights,
  dockerEngine,
  dockerCompose,
  apparmor,
  clang,
  libbpfHeaders,
  names,
  ports,
  memory,
  disk,
  pmu,
  vpn,
  remoteWrite,
  store,
  cilium,
  hubble,
];
