// Sends sizes that were drawn at random, of which nothing else tells, until it is stopped: on connections of their own, and in
// bursts on one. Some begin exactly as a sample is due, if both clocks agree on that.
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const [host, port] = process.argv.slice(2);
const SAMPLE_MS = 50;
const bytes = Buffer.alloc(2 ** 20);
/** From a byte to a megabyte, each length alike often. */
const size = () => Math.floor(2 ** (20 * Math.random())) || 1;
const open = async () => {
  const socket = connect({ host, port: Number(port), allowHalfOpen: true });
  await once(socket, "connect");
  socket.resume();
  return socket;
};
const onGrid = () => sleep(SAMPLE_MS - ((Number(process.hrtime.bigint() / 1000n) / 1000) % SAMPLE_MS));
const anywhere = () => sleep(SAMPLE_MS * Math.random());

const kept = await open();
for (let turn = 0; ; turn++) {
  await (turn % 2 ? onGrid() : anywhere());
  if (turn % 3) {
    const socket = await open();
    socket.end(bytes.subarray(0, size()));
    await once(socket, "end");
  } else if (!kept.write(bytes.subarray(0, size()))) await once(kept, "drain");
}
