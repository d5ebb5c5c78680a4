import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { skip } from "../../integration/exporter/requirements.ts";
import { Rig } from "../../integration/exporter/rig.ts";
import { startExporter } from "../../integration/exporter/unprivileged.ts";
import { eventually } from "../../integration/lib/eventually.ts";
import { type Certificates, makeCertificates, SERVER_NAME } from "../lib/certificates.ts";
import { Hubble } from "../lib/hubble.ts";
import { startRelay } from "../lib/relay.ts";
import { NODE, servedAt } from "../lib/served.ts";

const DEADLINE_S = 60;

describe("the hubble CLI and the relay over TLS", { skip }, () => {
  const rig = new Rig("hubble-tls");
  let certificates: Certificates;
  let address: string;
  let env: Record<string, string>;
  before(async () => {
    certificates = await makeCertificates();
    const { cert, key } = certificates.server;
    const served = await servedAt();
    address = served.address;
    env = { ...served.env, HUBBLE_TLS_CERT_FILE: cert, HUBBLE_TLS_KEY_FILE: key };
    await rig.setUp({ env });
  });
  after(async () => {
    await rig.remove();
    await certificates?.[Symbol.asyncDispose]();
  });

  /** What the CLI prints with these words of TLS. @throws Error with what it complains of */
  const status = async (...words: readonly string[]) => {
    await using hubble = await Hubble.at("--server", address, ...words);
    return await hubble.says("status");
  };
  const trusting = () => ["--tls", "--tls-ca-cert-files", certificates.authority, "--tls-server-name", SERVER_NAME];
  const mutual = () => ({ HUBBLE_TLS_CLIENT_CA_FILE: certificates.authority });
  const as = ({ cert, key }: Certificates["client"]) => ["--tls-client-cert-file", cert, "--tls-client-key-file", key];

  it("answers whoever trusts its certificate's authority, and nobody without TLS", async () => {
    await eventually(DEADLINE_S, async () => assert.match(await status(...trusting()), /: Ok\n/));
    await using hubble = await Hubble.at("--server", `tls://${address}`, ...trusting().slice(1));
    assert.match(await hubble.says("list", "nodes", "-o", "wide"), new RegExp(`${NODE} +Connected .* Enabled`));
    assert.match(await status("--tls", "--tls-allow-insecure"), /: Ok\n/);
    await assert.rejects(status(), /failed getting status/);
    const other = ["--tls", "--tls-ca-cert-files", certificates.otherAuthority, "--tls-server-name", SERVER_NAME];
    await assert.rejects(status(...other), /certificate signed by unknown authority/);
    await assert.rejects(status(...trusting().slice(0, 3), "--tls-server-name", "elsewhere.test"), /elsewhere\.test/);
  });

  it("answers nobody but those whom an authority vouches for, where one is named", async () => {
    await rig.exporter.stop();
    await rig.startExporter({ env: { ...env, ...mutual() } });
    await eventually(DEADLINE_S, async () =>
      assert.match(await status(...trusting(), ...as(certificates.client)), /: Ok\n/),
    );
    await assert.rejects(status(...trusting()), /failed getting status/);
    await assert.rejects(status(...trusting(), ...as(certificates.stranger)), /failed getting status/);
  });

  it("is a node of a relay that has a certificate, and so is another one that it knows by its own", async () => {
    const other = await servedAt("hubble-test-other");
    const [own, peers] = [
      { ...env, ...mutual() },
      { ...mutual(), HUBBLE_PEERS: address },
    ];
    await rig.exporter.stop();
    await rig.startExporter({ env: { ...own, HUBBLE_PEERS: other.address } });
    // It need not read a tracer to be asked for its name.
    const second = await startExporter("/nowhere", { env: { ...env, ...other.env, ...peers } });
    try {
      const { cert, key } = certificates.client;
      await using relay = await startRelay(address, {
        tls: [
          `--tls-hubble-client-cert-file=${cert}`,
          `--tls-hubble-client-key-file=${key}`,
          `--tls-hubble-server-ca-files=${certificates.authority}`,
        ],
      });
      await eventually(DEADLINE_S, async () => {
        const listed = await relay.hubble.says("list", "nodes", "-o", "wide");
        for (const name of [NODE, "hubble-test-other"])
          assert.match(listed, new RegExp(`^${name} +Connected .* Enabled`, "m"));
      });
    } finally {
      await second.stop();
    }
  });
});
