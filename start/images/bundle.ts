import { readdir } from "node:fs/promises";
import path, { sep } from "node:path";
import { build, type Plugin } from "esbuild";

/**
 * What dockerode loads for engines behind SSH and for BuildKit, and Kubernetes' client for proxies, for shells in pods and for
 * a way to ask that is not ours: 6 and 20 MB of memory, for what we never do. gRPC's own loader of `.proto` files is not ours.
 */
const UNUSED =
  /^(ssh2|@grpc\/grpc-js|@grpc\/proto-loader|undici|socks|socks-proxy-agent|hpagent|isomorphic-ws|stream-buffers|jsonpath-plus|openid-client|form-data)$/;

/** What our own files load besides, to speak with Hubble. */
const OURS = "@grpc/grpc-js";

/** Puts empty modules in their place. */
const withoutUnused: Plugin = {
  name: "without-unused",
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: UNUSED }, ({ path, importer }) => {
      const isUsed = path === OURS && !importer.includes(`${sep}node_modules${sep}`);
      return isUsed ? undefined : { path, namespace: "empty" };
    });
    onLoad({ filter: UNUSED, namespace: "empty" }, () => ({ contents: "" }));
  },
};

/** Puts the texts of `.proto` files in the place of the module that reads them: beside the bundle are none. */
const withProtos: Plugin = {
  name: "with-protos",
  setup: ({ onLoad }) => {
    onLoad({ filter: /[/\\]proto-files\.ts$/ }, async ({ path }) => {
      const { PROTO_TEXTS } = await import(path);
      return { contents: `export const PROTO_TEXTS = ${JSON.stringify(PROTO_TEXTS)};` };
    });
  },
};

/** For packages that are no ES modules, in a file that is one. */
const PROLOGUE = `import { createRequire } from "node:module";
const require = createRequire(import.meta.url), __dirname = import.meta.dirname, __filename = import.meta.filename;`;

/**
 * Writes a Node service, `main.ts` in `folder`, with all its packages as one file of JavaScript, and beside it one for each of its
 * threads, `NAME.thread.ts`, with what those need. Node could run the sources as they are, but what takes the types away for
 * that holds 30 MB of memory as long as the service lives.
 * @returns the files, the service's own first
 * @throws esbuild's BuildFailure, whose message names file and line
 */
export async function bundleService(folder: string, outfile: string): Promise<string[]> {
  const threads = (await readdir(folder)).filter((name) => name.endsWith(".thread.ts"));
  const files = [outfile, ...threads.map((name) => path.join(path.dirname(outfile), name.replace(/ts$/, "mjs")))];
  await Promise.all(["main.ts", ...threads].map((name, at) => bundle(path.join(folder, name), files[at] ?? "")));
  return files;
}

async function bundle(source: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    plugins: [withoutUnused, withProtos],
    banner: { js: PROLOGUE },
    // V8 holds the text as long as the service lives. With its comments, some of which are not in English, that is 9 MB.
    minifyWhitespace: true,
    legalComments: "eof",
    logLevel: "silent",
  });
}
