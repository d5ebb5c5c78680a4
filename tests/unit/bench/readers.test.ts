import assert from "node:assert/strict";
import { test } from "node:test";
import { parseConntrack } from "../../bench/readers/conntrack.ts";
import { parseProcNetTcp } from "../../bench/readers/proc-net-tcp.ts";
import { parseSs } from "../../bench/readers/ss.ts";

test("ss -tinH: addresses, and payload bytes without what was sent again", () => {
  const text = [
    "ESTAB 0      0      127.0.0.1:7000  127.0.0.1:57916",
    "\t bbr wscale:10,10 rto:204 bytes_sent:150 bytes_retrans:50 bytes_acked:100 bytes_received:70 segs_out:2",
    "ESTAB 0      0          [::1]:7000      [::1]:40000",
    "\t cubic wscale:7,7 rto:204 rtt:0.005/0.003",
    "",
  ].join("\n");
  assert.deepEqual(parseSs(text), [
    { local: "127.0.0.1:7000", remote: "127.0.0.1:57916", sentBytes: 100, receivedBytes: 70 },
    { local: "[::1]:7000", remote: "[::1]:40000", sentBytes: 0, receivedBytes: 0 },
  ]);
});

test("/proc/net/tcp: addresses, ports, state and inode", () => {
  const text = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1B58 0200A8C0:E23C 01 00000000:00000000 00:00000000 00000000     0        0 2848177 1 0000 20 4 30 10 -1
`;
  assert.deepEqual(parseProcNetTcp(text), [
    {
      localAddress: "127.0.0.1",
      localPort: 7000,
      remoteAddress: "192.168.0.2",
      remotePort: 57916,
      state: 1,
      inode: 2848177,
    },
  ]);
});

test("/proc/net/tcp: none but the heading is no socket", () => {
  assert.deepEqual(parseProcNetTcp("  sl  local_address rem_address   st\n"), []);
});

test("conntrack -L: both directions of each connection, answered or not", () => {
  const there = "src=10.0.0.1 dst=10.0.0.2 sport=60626 dport=7000 packets=4 bytes=316";
  const back = "src=10.0.0.2 dst=10.0.0.1 sport=7000 dport=60626 packets=3 bytes=264";
  const text = [
    `tcp      6 431999 ESTABLISHED ${there} ${back} [ASSURED] mark=0 use=1`,
    `tcp      6 120 SYN_SENT ${there} [UNREPLIED] ${back.replace("264", "0")} mark=0 use=1`,
    "",
  ].join("\n");
  const ends = { local: "10.0.0.1:60626", remote: "10.0.0.2:7000" };
  assert.deepEqual(parseConntrack(text), [
    { ...ends, sentBytes: 316, receivedBytes: 264 },
    { ...ends, sentBytes: 316, receivedBytes: 0 },
  ]);
});
