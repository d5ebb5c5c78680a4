import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import fc from "fast-check";
import { StartError } from "../../../start/errors.ts";
import { loadNames, loadSettings, memoryBytes, readSettings } from "../../../start/settings/index.ts";
import { namesOf } from "../../../start/settings/names.ts";

const CONFIG = path.join(import.meta.dirname, "../../../config.monitoring");

/** The lines of the error a text of settings ends with. */
function faultsOf(text: string): string[] {
  try {
    readSettings(text);
  } catch (error) {
    assert(error instanceof StartError);
    assert.equal(error.code, "SETTINGS_INVALID");
    return error.explanation.why.split("\n");
  }
  assert.fail("the settings were accepted");
}

describe("readSettings", () => {
  it("gives the values of config.monitoring to an empty file", async () => {
    assert.deepEqual(readSettings(""), await loadSettings(CONFIG));
  });

  it("reads comments, blank lines, quotes, spaces, CRLF and a byte order mark", () => {
    const text = '\uFEFF# ports\r\n\r\n  PROMETHEUS_PORT = 9099 # mine\r\nGRAFANA_ADMIN_PASSWORD="a b#c"\r\n';
    const settings = readSettings(text);
    assert.equal(settings.PROMETHEUS_PORT, 9099);
    assert.equal(settings.GRAFANA_ADMIN_PASSWORD, "a b#c");
  });

  it("reports every fault at once, in the order of the lines", () => {
    const faults = faultsOf("PROMETHEUS_PORT=99999\nGRAFNA_PORT=1\nfoo\nFLOW_MAX_EDGES=9\nGRAFANA_MEMORY=lots\n");
    assert.deepEqual(faults, [
      'line 1: PROMETHEUS_PORT: "99999" must be a port from 1 to 65535',
      "line 2: unknown setting GRAFNA_PORT; did you mean GRAFANA_PORT?",
      'line 3: "foo" is not a setting; write KEY=VALUE, or # before a comment',
      'line 4: FLOW_MAX_EDGES: "9" must be a whole number from 10 to 100000',
      'line 5: GRAFANA_MEMORY: "lots" must be an amount of memory such as 512m or 1g',
    ]);
  });

  it("shows control characters that a value has, since they are the fault and not seen in an editor", () => {
    assert.deepEqual(faultsOf("GRAFANA_ADMIN_USER=a\u001b[2Jb c\nGRAFANA\u200f_PORT=1\n\u0007"), [
      'line 1: GRAFANA_ADMIN_USER: "a\\x1b[2Jb c" must be one word without quotes, $, # or \\',
      "line 2: unknown setting GRAFANA\\u200f_PORT; did you mean GRAFANA_PORT?",
      'line 3: "\\x07" is not a setting; write KEY=VALUE, or # before a comment',
    ]);
  });

  it("shows of a line that is none only its first word: the rest may be a secret", () => {
    const lines = ["ALERT_WEBHOOK_URL https://x/S3CRET", "export ALERT_WEBHOOK_URL: S3CRET", "https://x/S3CRET", "-"];
    const said = ["ALERT_WEBHOOK_URL…", "export ALERT_WEBHOOK_URL…", "https…", "-"];
    assert.deepEqual(
      faultsOf(lines.join("\n")),
      said.map((word, at) => `line ${at + 1}: "${word}" is not a setting; write KEY=VALUE, or # before a comment`),
    );
  });

  it("suggests a setting only where one alone is near", () => {
    assert.deepEqual(faultsOf("FOO=1\nFLOW_PORT=1\ngrafana_port=1"), [
      "line 1: unknown setting FOO",
      "line 2: unknown setting FLOW_PORT; did you mean FLOW_EXPORTER_PORT?",
      "line 3: unknown setting grafana_port; did you mean GRAFANA_PORT?",
    ]);
  });

  it("shows as much of faults as helps: the beginning of a long text, and the first of many lines", () => {
    const [long = ""] = faultsOf(`GRAFANA_ADMIN_USER=${"a b".repeat(10_000)}`);
    assert.match(long, /^line 1: GRAFANA_ADMIN_USER: "a ba b.*…" must be one word/);
    assert.ok(long.length < 300, `${long.length} characters`);
    const many = faultsOf("foo\n".repeat(1000));
    assert.deepEqual(
      [many.length, many.at(-2), many.at(-1)],
      [51, 'line 50: "foo" is not a setting; write KEY=VALUE, or # before a comment', "and 950 more"],
    );
  });

  it("refuses more flows than the tracer's memory has room for, and says how much they take", () => {
    assert.deepEqual(faultsOf("FLOW_MAX_FLOWS=600000"), [
      "line 1: FLOW_MAX_FLOWS: 600000 needs FLOW_TRACER_MEMORY=273m or more, not 256m",
    ]);
    assert.equal(readSettings("FLOW_MAX_FLOWS=600000\nFLOW_TRACER_MEMORY=273m").FLOW_MAX_FLOWS, 600_000);
    assert.equal(readSettings("FLOW_MAX_FLOWS=65536\nFLOW_TRACER_MEMORY=71m").FLOW_MAX_FLOWS, 65_536);
  });

  it("says what is wrong with a webhook's URL without showing it", () => {
    assert.deepEqual(faultsOf("ALERT_WEBHOOK_URL=htps://alerts.example/secret"), [
      "line 1: ALERT_WEBHOOK_URL must be empty or a URL such as https://alerts.example/hook",
    ]);
  });

  it("refuses a remote storage that no container reaches or whose URL would show a password, without showing it", () => {
    for (const [url, said] of [
      ["htps://metrics.example/secret", "must be empty or a URL such as https://metrics.example/api/v1/write"],
      ["http://127.0.0.1:8428/secret", /a loopback address.*write host\.docker\.internal/],
      ["http://metrics.example/secret%", /two hexadecimal digits/],
      ["https://user:secret@metrics.example/", /must hold no user and no password.*REMOTE_WRITE_PASSWORD/],
      ["https://secret@metrics.example/", /must hold no user and no password/],
      ["https://metrics.example/write?db=a&u=me&p=secret", /must hold no password and no token behind its \?/],
      ["https://metrics.example/write?accessToken=secret", /REMOTE_WRITE_BEARER_TOKEN/],
      ["https://metrics.example/write?X-Api-Key=secret", /must hold no password and no token/],
    ] as const) {
      const [fault = "", ...more] = faultsOf(`REMOTE_WRITE_URL=${url}`);
      assert.match(fault, /^line 1: REMOTE_WRITE_URL must /);
      if (typeof said === "string") assert.ok(fault.endsWith(said), fault);
      else assert.match(fault, said);
      assert.doesNotMatch(fault, /secret/);
      assert.deepEqual(more, []);
    }
  });

  it("wants credentials for the remote storage whole, of one kind and with a storage to show them to", () => {
    const url = "REMOTE_WRITE_URL=https://metrics.example/api/v1/write";
    for (const [lines, fault] of [
      [[url, "REMOTE_WRITE_USER=a"], "line 2: REMOTE_WRITE_USER needs REMOTE_WRITE_PASSWORD as well"],
      [[url, "REMOTE_WRITE_PASSWORD=secret"], "line 2: REMOTE_WRITE_PASSWORD needs REMOTE_WRITE_USER as well"],
      [
        [url, "REMOTE_WRITE_USER=a", "REMOTE_WRITE_PASSWORD=secret", "REMOTE_WRITE_BEARER_TOKEN=secret"],
        "line 4: REMOTE_WRITE_BEARER_TOKEN and REMOTE_WRITE_PASSWORD exclude each other; keep one",
      ],
      [["REMOTE_WRITE_BEARER_TOKEN=secret"], "line 1: REMOTE_WRITE_BEARER_TOKEN is of no use without REMOTE_WRITE_URL"],
      [
        [url, 'REMOTE_WRITE_BEARER_TOKEN="two secrets"'],
        "line 2: REMOTE_WRITE_BEARER_TOKEN must be ASCII characters without blanks",
      ],
      [
        [url, "REMOTE_WRITE_USER=a", 'REMOTE_WRITE_PASSWORD=" secret"'],
        "line 3: REMOTE_WRITE_PASSWORD must not begin or end with a blank",
      ],
      [[url, "REMOTE_WRITE_USER=a:secret"], "line 2: REMOTE_WRITE_USER must have no colon and no control characters"],
    ] as const) {
      assert.deepEqual(faultsOf(lines.join("\n")), [fault]);
    }
    const settings = readSettings([url, "REMOTE_WRITE_USER=a", 'REMOTE_WRITE_PASSWORD="a b:c"'].join("\n"));
    assert.equal(settings.REMOTE_WRITE_PASSWORD, "a b:c");
  });

  it("takes a name for this machine, and no words", () => {
    assert.equal(readSettings("NODE_NAME=rack-1.example").NODE_NAME, "rack-1.example");
    assert.match(
      faultsOf("NODE_NAME=my node")[0] ?? "",
      /^line 1: NODE_NAME: "my node" must be empty or 1 to 253 letters/,
    );
  });

  it("takes a file of the exporter's volume or a PostgreSQL for a store, and shows no address that is wrong", () => {
    for (const address of ["", "/state/flows.db", "postgres://me:s3cret@db.example:5432/flows"]) {
      assert.equal(readSettings(`FLOW_STORE=${address}`).FLOW_STORE, address);
    }
    for (const wrong of [
      "/var/flows.db",
      "/state/totals.json",
      "/state/../flows.db",
      "mysql://me:s3cret@db/flows",
      "postgres://me:s3cret@db:port/",
      "postgres:///flows",
    ]) {
      assert.deepEqual(faultsOf(`FLOW_STORE=${wrong}`), [
        "line 1: FLOW_STORE must be empty, a file in /state such as /state/flows.db, or postgres://USER:PASSWORD@HOST:PORT/DATABASE",
      ]);
    }
  });

  it("takes Hubble's observers and files for sources, and what TLS with them needs", () => {
    const text = "FLOW_SOURCES=kernel,hubble:relay.example:4245,hubble-file:/var/run/cilium/hubble/events.log";
    assert.equal(`FLOW_SOURCES=${readSettings(text).FLOW_SOURCES}`, text);
    assert.equal(readSettings("FLOW_SOURCES=kernel,hubble:[fd00::1]:80").HUBBLE_SOURCE_TLS, "off");
    for (const wrong of [
      ...["hubble:relay", "hubble:relay:0", "hubble:relay:65536", "hubble:tcp://relay:80", "hubble-file:events.log"],
      ...["hubble-file:/run/events.log", Array.from({ length: 9 }, (_, at) => `hubble:a${at}:80`).join(",")],
    ]) {
      assert.match(faultsOf(`FLOW_SOURCES=kernel,${wrong}`).join(), /must be kernel, and with commas between/, wrong);
    }
    assert.match(faultsOf("FLOW_SOURCES=kernel,hubble:127.0.0.1:4245").join(), /for this machine write host.docker/);
    assert.match(faultsOf("HUBBLE_SOURCE_CA_FILE=/ca.crt").join(), /must be empty or a file's path/);
    assert.match(faultsOf("HUBBLE_SOURCE_SERVER_NAME=*.relay").join(), /must be empty or a name/);
  });

  it("takes this stack's tracer, and others' sockets in folders of their own, for sources", () => {
    const { FLOW_SOURCES, FLOW_TRACER_SOCKET } = readSettings("");
    assert.deepEqual([FLOW_SOURCES, FLOW_TRACER_SOCKET], ["kernel", "off"]);
    assert.equal(readSettings("FLOW_SOURCES=kernel, uds:/run/a/t.sock").FLOW_SOURCES, "kernel,uds:/run/a/t.sock");
    assert.equal(readSettings("FLOW_SOURCES=kernel, hubble-metrics").FLOW_SOURCES, "kernel,hubble-metrics");
    const nine = ["kernel", ...Array.from({ length: 9 }, (_, number) => `uds:/run/a/${number}.sock`)].join(",");
    for (const wrong of [
      ...["uds:/run/a/t.sock", "kernel,", "kernel,ebpf", "kernel,uds:run/a/t.sock", "kernel,uds:/t.sock", nine],
      ...["kernel,uds:/run/docker.sock", "kernel,uds:/var/run/docker.sock", "kernel,uds:/run/a/../docker.sock"],
      ...["kernel,uds:/run/a:b/t.sock", `kernel,uds:/run/${"a".repeat(100)}/t.sock`],
    ]) {
      assert.match(
        faultsOf(`FLOW_SOURCES=${wrong}`).join(),
        /must be kernel, and with commas between up to 8 sockets/,
        wrong,
      );
    }
    assert.match(
      faultsOf("FLOW_SOURCES=kernel,uds:/run/a/t.sock,uds:/run/a/t.sock").join(),
      /must name each source once/,
    );
  });

  it("refuses a store at an address that would be the container's own", () => {
    for (const host of ["localhost", "LOCALHOST", "127.1", "[::1]", "0"]) {
      assert.deepEqual(faultsOf(`FLOW_STORE=postgres://me:s3cret@${host}:5432/flows`), [
        "line 1: FLOW_STORE must not be a loopback address, which no container reaches; for this machine write host.docker.internal",
      ]);
    }
  });

  it("refuses a store whose address leads elsewhere than its host says, or to a socket", () => {
    const store = (query: string) => faultsOf(`FLOW_STORE=postgres://me:s3cret@db.example/flows?${query}`);
    for (const query of [
      "host=127.0.0.1",
      "sslmode=disable&host=localhost",
      "host=::1",
      "hostaddr=127.1",
      "host=db,%5B::1%5D",
    ])
      assert.match(
        store(query).join(),
        /^line 1: FLOW_STORE must not be a loopback address.*host\.docker\.internal$/,
        query,
      );
    for (const query of ["host=/var/run/postgresql", "host=%2Frun"])
      assert.match(store(query).join(), /^line 1: FLOW_STORE must name a host, and no folder of a socket/, query);
    for (const query of ["host=other.example", "hostaddr=192.0.2.1", "port=5433", "host=", "host=@abstract"])
      assert.match(store(query).join(), /^line 1: FLOW_STORE must name the host and the port before the path/, query);
    const plain = "postgres://me@db.example/flows?sslmode=no-verify&application_name=host";
    assert.equal(readSettings(`FLOW_STORE=${plain}`).FLOW_STORE, plain);
    assert.match(
      faultsOf("FLOW_STORE=postgres://me@%2Fvar%2Frun/flows").join(),
      /^line 1: FLOW_STORE must be empty, a file/,
    );
  });

  it("takes a secret as it is written, whatever its letters", () => {
    const url = "REMOTE_WRITE_URL=https://metrics.example/api/v1/write?db=a&extra_label=team=b";
    for (const [text, value] of [
      ["end\\", "end\\"],
      ["'end\\'", "end\\"],
      ['"end\\"', "end\\"],
      ["a$b$(c)$$", "a$b$(c)$$"],
      [`it's"quoted"`, `it's"quoted"`],
      [`'say "$x" #1'`, 'say "$x" #1'],
      ['"#1"', "#1"],
      ["a#b", "a#b"],
      ["a # b", "a"],
    ] as const) {
      const settings = readSettings([url, `REMOTE_WRITE_USER=${text}`, `REMOTE_WRITE_PASSWORD=${text}`].join("\n"));
      assert.deepEqual([settings.REMOTE_WRITE_USER, settings.REMOTE_WRITE_PASSWORD], [value, value]);
    }
  });

  it("asks for quotes where nobody knows whether a comment is meant", () => {
    assert.deepEqual(faultsOf("REMOTE_WRITE_BEARER_TOKEN=#secret"), [
      "line 1: REMOTE_WRITE_BEARER_TOKEN: put a value with # at its beginning in quotes",
    ]);
    assert.equal(readSettings("GRAFANA_ADMIN_PASSWORD= # none").GRAFANA_ADMIN_PASSWORD, "");
  });

  it("refuses names that Compose or Docker would not take, wherever they are set, and counts the environment's first", () => {
    assert.deepEqual(faultsOf("FLOWTALLY_PROJECT=My Stack\nFLOWTALLY_CONTAINER_PREFIX=-a"), [
      'line 1: FLOWTALLY_PROJECT: "My Stack" must be 1 to 40 lower-case letters, digits, - or _, starting with a letter or digit',
      'line 2: FLOWTALLY_CONTAINER_PREFIX: "-a" must be empty or 1 to 40 letters, digits, -, _ or ., starting with a letter or digit',
    ]);
    assert.equal(faultsOf("FLOWTALLY_PROJECT=").length, 1);
    const env = { FLOWTALLY_PROJECT: "b", FLOW_MAX_EDGES: "many" };
    const settings = readSettings("FLOWTALLY_PROJECT=a\nFLOWTALLY_CONTAINER_PREFIX=a-", "f", env);
    assert.deepEqual(namesOf(settings), { project: "b", prefix: "a-" });
    assert.throws(
      () => readSettings("", "f", { FLOWTALLY_PROJECT: "B" }),
      /the environment: FLOWTALLY_PROJECT: "B" must/,
    );
  });

  it("takes names to be called by in any spelling, and no ports", () => {
    assert.equal(readSettings("FLOW_ALLOWED_HOSTS=Mon.example,[FD00::1]").FLOW_ALLOWED_HOSTS, "mon.example [fd00::1]");
    assert.deepEqual(faultsOf("FLOW_ALLOWED_HOSTS=mon.example:80"), [
      'line 1: FLOW_ALLOWED_HOSTS: "mon.example:80" must be names like monitoring.example, without ports, separated by commas',
    ]);
  });

  it("names the words a setting may have", () => {
    assert.deepEqual(faultsOf("FLOW_UDP=maybe\nFLOW_MAX_FLOWS=0"), [
      'line 1: FLOW_UDP: "maybe" must be on, off, functions or cgroup',
      'line 2: FLOW_MAX_FLOWS: "0" must be auto or a whole number from 256 to 16777216',
    ]);
  });

  it("takes a URL for alerts, and says what to write for a program on this machine", () => {
    for (const url of ["", "https://user:secret@alerts.example/hook?a=b", "http://host.docker.internal:8080/"]) {
      assert.equal(readSettings(`ALERT_WEBHOOK_URL=${url}`).ALERT_WEBHOOK_URL, url);
    }
    assert.match(faultsOf("ALERT_WEBHOOK_URL=http://localhost:80/")[0] ?? "", /write host\.docker\.internal$/);
    assert.match(faultsOf("ALERT_WEBHOOK_URL=hook")[0] ?? "", /must be empty or a URL such as/);
  });

  it("writes a webhook's URL as it is read, whatever its letters", () => {
    for (const [url, href] of [
      ["HTTPS://Alerts.Example", "https://alerts.example/"],
      ["http://10.1:8080/a b?c=%41", "http://10.0.0.1:8080/a%20b?c=%41"],
      ["http://u:p@h@alerts.example/", "http://u:p%40h@alerts.example/"],
      ["http://127.example/", "http://127.example/"],
      ["http://[2001:db8::1]/", "http://[2001:db8::1]/"],
    ]) {
      assert.equal(readSettings(`ALERT_WEBHOOK_URL=${url}`).ALERT_WEBHOOK_URL, href);
    }
  });

  it("refuses a key that is set twice", () => {
    assert.deepEqual(faultsOf("GRAFANA_PORT=1\nGRAFANA_PORT=2"), [
      "line 2: GRAFANA_PORT is already set in line 1; keep only one",
    ]);
  });

  it("refuses a quote that stays open", () => {
    assert.match(faultsOf('GRAFANA_ADMIN_USER="admin')[0] ?? "", /^line 1: GRAFANA_ADMIN_USER: missing closing quote/);
  });

  it("refuses a port that is another service's, written or by default", () => {
    assert.deepEqual(faultsOf("CADVISOR_PORT=3000"), [
      "line 1: CADVISOR_PORT: 3000 is also the port of GRAFANA_PORT; give each its own",
    ]);
    assert.deepEqual(faultsOf("CADVISOR_PORT=5000\nGRAFANA_PORT=5000"), [
      "line 2: GRAFANA_PORT: 5000 is also the port of CADVISOR_PORT; give each its own",
    ]);
  });

  it("accepts two ports that change places", () => {
    const { CADVISOR_PORT, GRAFANA_PORT } = readSettings("CADVISOR_PORT=3000\nGRAFANA_PORT=8080");
    assert.deepEqual([CADVISOR_PORT, GRAFANA_PORT], [3000, 8080]);
  });

  for (const [key, bad] of [
    ["PROMETHEUS_PORT", "0"],
    ["PROMETHEUS_PORT", ""],
    ["PROMETHEUS_PORT", "80.5"],
    ["PROMETHEUS_RETENTION", "7"],
    ["PROMETHEUS_RETENTION", "0d"],
    ["ALERT_WEBHOOK_URL", "alerts.example/hook"],
    ["ALERT_WEBHOOK_URL", "ftp://alerts.example/"],
    ["ALERT_WEBHOOK_URL", "http://localhost:8080/"],
    ["ALERT_WEBHOOK_URL", "http://127.0.0.1:8080/"],
    ["ALERT_WEBHOOK_URL", "http://[::1]:8080/"],
    ["ALERT_WEBHOOK_URL", "http:alerts.example/hook"],
    ["ALERT_WEBHOOK_URL", "http:/alerts.example"],
    ["ALERT_WEBHOOK_URL", "http:///alerts.example"],
    ["ALERT_WEBHOOK_URL", "http:\\\\alerts.example\\hook"],
    ["ALERT_WEBHOOK_URL", "http://"],
    ["ALERT_WEBHOOK_URL", "http://alerts.example/%zz"],
    ["ALERT_WEBHOOK_URL", "http://user:p%zz@alerts.example/"],
    ["ALERT_WEBHOOK_URL", "http://alerts.example/%4"],
    ["ALERT_WEBHOOK_URL", "http://alerts.example/a\tb"],
    ["ALERT_WEBHOOK_URL", "http://alerts.example/\u0001"],
    ["ALERT_WEBHOOK_URL", "http://0.0.0.0:9/"],
    ["ALERT_WEBHOOK_URL", "http://0/"],
    ["ALERT_WEBHOOK_URL", "http://127.1:9/"],
    ["ALERT_WEBHOOK_URL", "http://localhost.:9/"],
    ["ALERT_WEBHOOK_URL", "http://LOCALHOST/"],
    ["ALERT_WEBHOOK_URL", "http://a.localhost"],
    ["ALERT_WEBHOOK_URL", "http://[::ffff:127.0.0.1]/"],
    ["ALERT_WEBHOOK_URL", "http://[::ffff:0.0.0.0]/"],
    ["ALERT_WEBHOOK_URL", "http://[::127.0.0.1]/"],
    ["ALERT_WEBHOOK_URL", "http://[::]/"],
    ["GRAFANA_IMAGE", "a b"],
    ["PROMETHEUS_IMAGE", "prom/prometheus@sha256:abc"],
    ["GRAFANA_IMAGE", "grafana/grafana:"],
    ["GRAFANA_ADMIN_USER", "two words"],
    ["GRAFANA_MEMORY", "1k"],
    ["FLOW_TRACER_CPUS", "0"],
    ["FLOW_TRACER_CPUS", "0.001"],
    ["FLOW_TRACER_CPUS", "all"],
    ["FLOW_MAX_EDGES", "100001"],
    ["FLOW_REFRESH_SECONDS", "0"],
    ["FLOW_MAX_FLOWS", "255"],
    ["FLOW_HTTP", "web,../x"],
    ["FLOW_HTTP", "web:80"],
    ["FLOW_MAX_FLOWS", "16777217"],
    ["FLOW_MAX_FLOWS", "many"],
  ] as const) {
    it(`refuses ${key}=${bad}`, () => {
      assert.deepEqual(faultsOf(`${key}=${bad}`).length, 1);
    });
  }

  it("leaves the size of the tracer's tables to the tracer, or takes a number", () => {
    assert.equal(readSettings("").FLOW_MAX_FLOWS, "auto");
    assert.equal(readSettings("FLOW_MAX_FLOWS=131072").FLOW_MAX_FLOWS, 131_072);
  });

  for (const image of ["grafana/grafana:12.1.0", "127.0.0.1:5000/grafana", `grafana@sha256:${"a".repeat(64)}`]) {
    it(`accepts the image ${image}`, () => {
      assert.equal(readSettings(`GRAFANA_IMAGE=${image}`).GRAFANA_IMAGE, image);
    });
  }

  it("never ends in anything but settings or named faults", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.constant("GRAFANA_PORT=8080"))), (lines) => {
        try {
          readSettings(lines.join("\n"));
        } catch (error) {
          assert(error instanceof StartError);
          assert.match(error.explanation.why, /^line \d+: /);
        }
      }),
    );
  });
});

describe("loadSettings", () => {
  it("names a file that is not there, instead of starting with the defaults", async () => {
    await assert.rejects(loadSettings("/nonexistent/config.monitoring"), { code: "SETTINGS_UNREADABLE" });
  });

  it("names a file that cannot be read", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "flowtally-settings-"));
    await assert
      .rejects(loadSettings(folder), { code: "SETTINGS_UNREADABLE" })
      .finally(() => rm(folder, { recursive: true }));
  });
});

describe("a password in the settings", () => {
  const load = async (text: string, mode: number) => {
    const folder = await mkdtemp(path.join(tmpdir(), "flowtally-settings-"));
    const file = path.join(folder, "config.monitoring");
    await writeFile(file, text);
    await chmod(file, mode);
    return loadSettings(file).finally(() => rm(folder, { recursive: true }));
  };

  it("is refused where every user of the machine can read it, with the command that mends it", async () => {
    for (const mode of [0o644, 0o604, 0o666]) {
      await assert.rejects(load("GRAFANA_ADMIN_PASSWORD=secret\n", mode), (error) => {
        assert.ok(error instanceof StartError);
        assert.equal(error.code, "PASSWORD_EXPOSED");
        assert.match(error.explanation.fix, /^chmod 600 \S+\/config\.monitoring/);
        assert.doesNotMatch(JSON.stringify(error.explanation), /secret/);
        return true;
      });
    }
  });

  it("is looked for in a database's address too", async () => {
    for (const address of ["postgres://me:s3cret@db/flows", "postgres://me@db/flows?password=s3cret"]) {
      await assert.rejects(load(`FLOW_STORE=${address}\n`, 0o644), (error) => {
        assert.ok(error instanceof StartError);
        assert.equal(error.code, "PASSWORD_EXPOSED");
        assert.match(error.explanation.why, /FLOW_STORE is set/);
        assert.doesNotMatch(JSON.stringify(error.explanation), /s3cret/);
        return true;
      });
      assert.equal((await load(`FLOW_STORE=${address}\n`, 0o600)).FLOW_STORE, address);
    }
    for (const address of ["/state/flows.db", "postgres://me@db/flows"]) {
      assert.equal((await load(`FLOW_STORE=${address}\n`, 0o644)).FLOW_STORE, address);
    }
  });

  it("is taken from a file of the user's own, and a file without one may be read by all", async () => {
    assert.equal((await load("GRAFANA_ADMIN_PASSWORD=secret\n", 0o600)).GRAFANA_ADMIN_PASSWORD, "secret");
    assert.equal((await load("GRAFANA_ADMIN_PASSWORD=secret\n", 0o640)).GRAFANA_ADMIN_PASSWORD, "secret");
    assert.equal((await load("GRAFANA_ADMIN_PASSWORD=\n", 0o644)).GRAFANA_ADMIN_PASSWORD, "");
  });
});

describe("memoryBytes", () => {
  it("counts in powers of 1024", () => {
    assert.equal(memoryBytes("512m"), 536_870_912);
    assert.equal(memoryBytes("1g"), 1_073_741_824);
  });
});

describe("loadNames", () => {
  const write = async (text: string) => {
    const folder = await mkdtemp(path.join(tmpdir(), "flowtally-"));
    const file = path.join(folder, "config.monitoring");
    await writeFile(file, text);
    return { folder, file };
  };

  it("says which stack is meant, whatever else is wrong in the file", async (t) => {
    const { folder, file } = await write("FLOWTALLY_PROJECT=second\nPROMETHEUS_PORT=many\nnonsense\n");
    t.after(() => rm(folder, { recursive: true }));
    assert.deepEqual(await loadNames(file, {}, false), { project: "second", prefix: "" });
    const env = { FLOWTALLY_PROJECT: "third", FLOWTALLY_CONTAINER_PREFIX: "t-" };
    assert.deepEqual(await loadNames(file, env, false), { project: "third", prefix: "t-" });
    await assert.rejects(loadNames(file, { FLOWTALLY_PROJECT: "/" }, false), { code: "SETTINGS_INVALID" });
  });

  it("means the default stack where there is no file, and none where the file that was named is not there", async () => {
    assert.deepEqual(await loadNames("/nowhere/config", {}, false), { project: "flowtally", prefix: "" });
    await assert.rejects(loadNames("/nowhere/config", {}, true), { code: "SETTINGS_UNREADABLE" });
  });
});
