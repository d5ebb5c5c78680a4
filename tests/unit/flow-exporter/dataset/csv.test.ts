import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { type Cell, columnsOf } from "../../../../exporters/flow-exporter/dataset/columns.ts";
import { csvHeader, csvLine } from "../../../../exporters/flow-exporter/dataset/csv.ts";
import { rowsOf } from "../../../../exporters/flow-exporter/dataset/rows.ts";
import { MACHINE, recorded } from "../lib/recorded.ts";

describe("the header", () => {
  test("of the k-means set is that of the first public flow-size set", () => {
    assert.equal(
      csvHeader(columnsOf("k-means")),
      "index,time,previous_flow_time,agg_net_out,agg_net_in,agg_net_out_per_machine,agg_net_in_per_machine,tcp_queue," +
        "machine,cpu,ram,disk_write,memory_read,memory_write,first_call,flow_size\n",
    );
  });

  test("of all columns goes on with those of the other jobs, then with ours, and has the target last", () => {
    assert.equal(
      csvHeader(columnsOf("all")),
      "index,time,previous_flow_time,agg_net_out,agg_net_in,agg_net_out_per_machine,agg_net_in_per_machine,tcp_queue," +
        "machine,cpu,ram,disk_write,memory_read,memory_write,first_call,flow_frequency,execution_time,disk_read," +
        "number_of_disk_reads,number_of_disk_writes,container,destination_port,source_port,is_client,host_cpu,host_ram," +
        "host_disk_read,host_disk_write,process_cpu_seconds,process_disk_read,process_disk_write,process_minor_faults," +
        "process_major_faults,process_ram,thread_cpu_seconds,thread_read_bytes,thread_reads,thread_voluntary_switches," +
        "thread_involuntary_switches,rtt_seconds,flow_size\n",
    );
  });
});

describe("a line", () => {
  test("has numbers with a point and no needless digits, and nothing for what is not known", () => {
    const cells = { time: 0.000000001, cpu: 0.25, agg_net_out: 2 ** 53, tcp_queue: undefined, ram: Number.NaN };
    assert.equal(
      line(cells, ["time", "cpu", "agg_net_out", "tcp_queue", "ram", "index"]),
      "0.000000001,0.25,9007199254740992,,,0\n",
    );
  });

  test("gives every number again", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 53 }), (ns) => {
        const text = line({ time: ns / 1e9 }, ["time"]).trim();
        assert.match(text, /^\d+(\.\d+)?$/);
        assert.equal(Number(text), ns / 1e9);
      }),
    );
  });

  test("has no cell that a spreadsheet would run, and none that ends early", () => {
    for (const [name, cell] of [
      ["=1+1", "'=1+1"],
      ["+1", "'+1"],
      ["-1", "'-1"],
      ["@SUM(A1)", "'@SUM(A1)"],
      [" =1", "' =1"],
      ["a,b", '"a,b"'],
      ['a"b', '"a""b"'],
      ["a\r\n=b", "a=b"],
      ["fd00::1", "fd00::1"],
      ["shop/web-1", "shop/web-1"],
    ] as const)
      assert.equal(line({ machine: name }, ["machine"]), `${cell}\n`);
  });

  test("is read again as it was, whatever the names", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "binary-ascii" }), (machine, container) => {
        const text = line({ machine, index: 3, container }, ["machine", "index", "container"]);
        assert.equal(text.indexOf("\n"), text.length - 1);
        const cells = split(text.slice(0, -1));
        assert.equal(cells.length, 3);
        assert.equal(cells[1], "3");
        for (const cell of cells) assert.doesNotMatch(cell, /^\s*[=+\-@]/);
      }),
    );
  });

  test("has as many cells as the header has names", () => {
    const { rows } = rowsOf({ startNs: 0, flows: [recorded()], samples: [], queues: [], machine: MACHINE });
    for (const set of ["k-means", "all"] as const) {
      const columns = columnsOf(set);
      const [row] = rows;
      assert.ok(row);
      assert.equal(csvLine(columns, row).split(",").length, columns.length);
    }
  });
});

function line(cells: Record<string, Cell>, names: readonly string[]): string {
  const [row] = rowsOf({ startNs: 0, flows: [recorded()], samples: [], queues: [], machine: MACHINE }).rows;
  assert.ok(row);
  const columns = names.map((name) => {
    const column = columnsOf("all").find((one) => one.name === name);
    assert.ok(column);
    return column;
  });
  return csvLine(columns, { ...row, ...cells });
}

/** The cells of a line, as a reader takes them apart. */
function split(text: string): string[] {
  return [...`,${text}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? "",
  );
}
