import assert from "node:assert/strict";
import { mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { type Fault, KubeletError } from "../../../../../exporters/flow-exporter/metadata/kubernetes/faults.ts";
import { createKubeletReader } from "../../../../../exporters/flow-exporter/metadata/kubernetes/kubelet-reader.ts";
import { readSettings } from "../../../../../exporters/flow-exporter/settings.ts";
import { createAuthority, createServerCertificate, LONG_AGO } from "../../lib/certificates.ts";
import { type Kubelet, startKubelet } from "../../lib/kubelet.ts";

const AUTHORITY = createAuthority("cluster");
const HERE = createServerCertificate("127.0.0.1", AUTHORITY);
const MAX_BYTES = 1_000;
/** What hangs is waited for so long; long enough for all else on a busy machine. */
const PATIENCE_MS = 1_500;
const PATIENT = { timeoutMs: 60_000, maxBytes: MAX_BYTES };

describe("the kubelet's reader", () => {
  let folder: string;
  let kubelet: Kubelet;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-kubelet-"));
    await writeFile(path.join(folder, "token"), "first\n");
    await writeFile(path.join(folder, "ca.crt"), AUTHORITY.certificate);
    kubelet = await startKubelet(HERE);
    kubelet.tokens.set("first", { mayGetPods: true });
    kubelet.answer = (response) => void response.end("the list");
  });
  afterEach(async () => {
    await kubelet.close();
    await rm(folder, { recursive: true });
  });

  const access = (values: { url?: string; tokenFile?: string; caFile?: string } = {}) => ({
    url: kubelet.url,
    tokenFile: path.join(folder, "token"),
    caFile: path.join(folder, "ca.crt"),
    ...values,
  });
  const ask = (values?: Parameters<typeof access>[0], bounds = PATIENT) =>
    createKubeletReader(access(values), bounds).pods();
  const failsWith = (fault: Fault, message: RegExp, asked: Promise<string>) =>
    assert.rejects(asked, (error) => {
      assert.ok(error instanceof KubeletError);
      assert.equal(error.fault, fault);
      assert.match(error.message, message);
      return true;
    });

  test("asks for pods with its token, and believes whom its CA vouches for", async () => {
    assert.equal(await ask(), "the list");
    assert.equal(await ask({ url: `${kubelet.url}/` }), "the list");
  });

  test("asks at an IPv6 address as a pod's specification gives it, without brackets, and knows its certificate", async () => {
    const there = await startKubelet(createServerCertificate("::1", AUTHORITY), "::1");
    try {
      there.tokens.set("first", { mayGetPods: true });
      there.answer = (response) => void response.end("the list");
      const { kubelet: settings } = readSettings({ KUBELET_URL: there.url });
      assert.equal(await ask({ url: settings?.url ?? "" }), "the list");
    } finally {
      await there.close();
    }
  });

  test("asks with the token that its file has by then, also where a link leads elsewhere, as Kubernetes renews them", async () => {
    await writeFile(path.join(folder, "second"), "second");
    await symlink("token", path.join(folder, "link"));
    const reader = createKubeletReader(access({ tokenFile: path.join(folder, "link") }), PATIENT);
    assert.equal(await reader.pods(), "the list");
    kubelet.tokens.clear();
    kubelet.tokens.set("second", { mayGetPods: true });
    await failsWith("unauthorized", /expired.*401/, reader.pods());
    await symlink("second", path.join(folder, "new-link"));
    await rename(path.join(folder, "new-link"), path.join(folder, "link"));
    assert.equal(await reader.pods(), "the list");
  });

  test("names a token without the right to get pods", async () => {
    kubelet.tokens.set("first", { mayGetPods: false });
    await failsWith("forbidden", /nodes\/pods.*403/, ask());
  });

  test("names a token that is missing, or none", async () => {
    await failsWith("no_token", /KUBELET_TOKEN_FILE.*ENOENT/, ask({ tokenFile: path.join(folder, "none") }));
    for (const wrong of ["", " \n", "first\r\nx-more: 1", "two words", "caf\u00e9"]) {
      await writeFile(path.join(folder, "token"), wrong);
      await failsWith("no_token", /there is no token in it/, ask());
    }
  });

  test("names a CA that is missing, or none", async () => {
    await failsWith("no_ca", /KUBELET_CA_FILE.*ENOENT/, ask({ caFile: path.join(folder, "none") }));
    await failsWith("no_ca", /there is no certificate in it/, ask({ caFile: path.join(folder, "token") }));
  });

  test("names a kubelet that another CA vouches for, and sends it no token", async () => {
    let asked = 0;
    kubelet.answer = (response) => {
      asked += 1;
      response.end();
    };
    await writeFile(path.join(folder, "ca.crt"), createAuthority("another").certificate);
    await failsWith("wrong_ca", /not signed by the CA/, ask());
    await writeFile(path.join(folder, "ca.crt"), createAuthority("cluster").certificate);
    await failsWith("wrong_ca", /not signed by the CA/, ask());
    assert.equal(asked, 0);
  });

  for (const [what, fault, certificate] of [
    ["for another host", "wrong_host", createServerCertificate("10.0.0.1", AUTHORITY)],
    ["that has expired", "bad_certificate", createServerCertificate("127.0.0.1", AUTHORITY, LONG_AGO)],
  ] as const) {
    test(`names a certificate ${what}`, async () => {
      const other = await startKubelet(certificate);
      await failsWith(fault, /the kubelet's certificate is/, ask({ url: other.url })).finally(other.close);
    });
  }

  test("names a kubelet that is not there", async () => {
    const { url } = kubelet;
    await kubelet.close();
    await failsWith("unreachable", /KUBELET_URL.*ECONNREFUSED/, ask({ url }));
    kubelet = await startKubelet(HERE);
  });

  const answers: [string, Fault, RegExp, (response: ServerResponse) => void][] = [
    ["another status", "refused", /status 500/, (response) => void response.writeHead(500).end()],
    [
      "a redirection, which would get the token",
      "refused",
      /status 302/,
      (response) => void response.writeHead(302, { location: "https://127.0.0.1/pods" }).end(),
    ],
    [
      "the wish for another protocol",
      "refused",
      /another protocol/,
      (response) => void response.writeHead(101, { upgrade: "more", connection: "upgrade" }).end(),
    ],
    ["too much", "too_long", /over 1000 bytes/, (response) => void response.end("x".repeat(MAX_BYTES + 1))],
    [
      "without an end",
      "too_long",
      /over 1000 bytes/,
      function more(response) {
        if (!response.destroyed) response.write("x".repeat(100), () => more(response));
      },
    ],
    [
      "half of what was announced",
      "truncated",
      /breaks off/,
      (response) => {
        response.writeHead(200, { "content-length": 100 });
        response.write("half", () => response.destroy());
      },
    ],
  ];
  for (const [what, fault, message, answer] of answers) {
    test(`names an answer that is ${what}`, async () => {
      kubelet.answer = answer;
      await failsWith(fault, message, ask());
    });
  }

  for (const [when, answer] of [
    ["at once", () => {}],
    ["to its end", (response: ServerResponse) => void response.write("the li")],
    [
      "to the end of an answer without a length",
      (response: ServerResponse) => {
        response.useChunkedEncodingByDefault = false;
        response.write("the li");
      },
    ],
  ] as const) {
    test(`gives up a kubelet that does not answer ${when}`, async () => {
      kubelet.answer = answer;
      await failsWith("timeout", /not answered in time/, ask({}, { ...PATIENT, timeoutMs: PATIENCE_MS }));
    });
  }
});
