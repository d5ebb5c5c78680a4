import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { readAccess } from "../../../../../../exporters/flow-exporter/metadata/kubernetes/api/access.ts";
import { ApiError, type ApiFault } from "../../../../../../exporters/flow-exporter/metadata/kubernetes/api/faults.ts";
import { createApiReader } from "../../../../../../exporters/flow-exporter/metadata/kubernetes/api/reader.ts";
import { ApiServer } from "../../../lib/api-server.ts";
import { createAuthority, createServerCertificate, LONG_AGO } from "../../../lib/certificates.ts";
import { writeKubeconfig } from "../../../lib/kubeconfig.ts";

const AUTHORITY = createAuthority("cluster");
const HERE = createServerCertificate("127.0.0.1", AUTHORITY);
const BOUNDS = { timeoutMs: 60_000, maxBytes: 1_000, silenceMs: 60_000 };
const SERVICES = "/api/v1/services";
const NEVER = new AbortController().signal;

describe("the API server's reader", () => {
  let folder: string;
  let server: ApiServer;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-api-"));
    server = await new ApiServer(HERE).start();
  });
  afterEach(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  const kubeconfig = (values: { server?: string; token?: string; ca?: string } = {}) =>
    writeKubeconfig(folder, { server: server.url, ca: AUTHORITY.certificate, ...values });
  const ask = async (file: string, bounds = BOUNDS) =>
    createApiReader(() => readAccess(file), bounds).get(SERVICES, NEVER);
  const failsWith = (fault: ApiFault, message: RegExp, asked: Promise<unknown>) =>
    assert.rejects(asked, (error) => {
      assert.ok(error instanceof ApiError, `${error}`);
      assert.equal(error.fault, fault);
      assert.match(error.message, message);
      return true;
    });

  test("asks whom its kubeconfig names, with the token that the file has by then", async () => {
    const file = await kubeconfig();
    const reader = createApiReader(() => readAccess(file), BOUNDS);
    assert.match(await reader.get(SERVICES, NEVER), /"items":\[\]/);
    server.tokens.clear();
    server.tokens.add("renewed");
    await failsWith("unauthorized", /expired.*401/, reader.get(SERVICES, NEVER));
    await writeFile(path.join(folder, "token"), "renewed");
    assert.match(await reader.get(SERVICES, NEVER), /"items":\[\]/);
  });

  test("in a cluster it asks as its pod may", async (t) => {
    const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env;
    t.after(() =>
      Object.assign(process.env, { KUBERNETES_SERVICE_HOST: host ?? "", KUBERNETES_SERVICE_PORT: port ?? "" }),
    );
    Object.assign(process.env, { KUBERNETES_SERVICE_HOST: "10.96.0.1", KUBERNETES_SERVICE_PORT: "443" });
    await failsWith("no_access", /serviceaccount/, readAccess("in-cluster"));
  });

  test("names a kubeconfig that is missing, or says no server, and shows nothing that it has in it", async () => {
    await failsWith("no_access", /ENOENT/, ask(path.join(folder, "none")));
    await failsWith("no_access", /must be at https/, ask(await kubeconfig({ server: "http://127.0.0.1:1" })));
    const broken = path.join(folder, "broken");
    await writeFile(broken, "users:\n- name: u\n  user: {token: hunter2, ]\n");
    await assert.rejects(readAccess(broken), (error) => {
      assert.ok(error instanceof ApiError && error.fault === "no_access");
      assert.doesNotMatch(`${error.message} ${error.stack} ${JSON.stringify(error)}`, /hunter2/);
      return true;
    });
  });

  test("sends its token to nobody but whom the CA vouches for", async () => {
    await failsWith(
      "wrong_ca",
      /not signed by the cluster's CA/,
      ask(await kubeconfig({ ca: createAuthority("x").certificate })),
    );
    for (const [certificate, fault] of [
      [createServerCertificate("127.0.0.2", AUTHORITY), "wrong_host"],
      [createServerCertificate("127.0.0.1", AUTHORITY, LONG_AGO), "bad_certificate"],
    ] as const) {
      const other = await new ApiServer(certificate).start();
      try {
        await failsWith(fault, /certificate/, ask(await kubeconfig({ server: other.url })));
        assert.deepEqual(other.asked, []);
      } finally {
        await other.close();
      }
    }
  });

  const answering = (answer: (response: ServerResponse) => void) => {
    server.answer = (_resource, _query, response) => {
      answer(response);
      return true;
    };
  };

  test("names what nobody answers, or nobody in time", async () => {
    await failsWith("unreachable", /ECONNREFUSED/, ask(await kubeconfig({ server: "https://127.0.0.1:1" })));
    answering(() => {});
    await failsWith("timeout", /in time/, ask(await kubeconfig(), { ...BOUNDS, timeoutMs: 300 }));
  });

  test("names an answer that is refused, too long, or breaks off", async () => {
    answering((response) => void response.writeHead(500).end());
    await failsWith("refused", /status 500/, ask(await kubeconfig()));
    answering((response) => void response.writeHead(101, { upgrade: "more", connection: "upgrade" }).end());
    await failsWith("refused", /another protocol/, ask(await kubeconfig()));
    answering((response) => void response.end("x".repeat(1_001)));
    await failsWith("too_long", /over 1000 bytes/, ask(await kubeconfig()));
    answering((response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half", () => response.destroy());
    });
    await failsWith("truncated", /breaks off/, ask(await kubeconfig()));
  });

  test("hands on lines as they come, however they are cut", async () => {
    const lines: string[] = [];
    answering((response) => {
      const bytes = Buffer.from("first\nzwölf\n\nlast\n");
      for (const byte of bytes) response.write(Buffer.from([byte]));
      response.end();
    });
    const reader = createApiReader(async () => readAccess(await kubeconfig()), BOUNDS);
    const listener = { onOpen: () => lines.push("open"), onLine: (line: string) => lines.push(line) };
    await reader.follow(SERVICES, listener, NEVER);
    assert.deepEqual(lines, ["open", "first", "zwölf", "last"]);
    answering((response) => void response.write("x".repeat(1_001)));
    await failsWith("too_long", /a line over 1000/, reader.follow(SERVICES, listener, NEVER));
  });
});
