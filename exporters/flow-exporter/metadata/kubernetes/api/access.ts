import type { RequestOptions } from "node:https";
import { KubeConfig } from "@kubernetes/client-node";
import { messageOf } from "../https-faults.ts";
import { ApiError } from "./faults.ts";

/** Where the API server is, who it is, and who asks it. */
export interface ApiAccess {
  server: string;
  options: RequestOptions;
}

/**
 * The access that `in-cluster` or a kubeconfig's path stands for, read anew for each question: a token is replaced long before it expires.
 * Rejects with an ApiError.
 */
export async function readAccess(where: string): Promise<ApiAccess> {
  try {
    const config = new KubeConfig();
    if (where === "in-cluster") config.loadFromCluster();
    else config.loadFromFile(where);
    const { server = "" } = config.getCurrentCluster() ?? {};
    if (!server.startsWith("https://")) throw new Error(`the server must be at https://…, not at "${server}"`);
    const { ca, cert, key, headers, auth, servername, rejectUnauthorized } = await optionsOf(config);
    const options = { ca, cert, key, headers, auth, servername, rejectUnauthorized };
    return { server, options: Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) };
  } catch (error) {
    // What is wrong in a file is shown with the lines around it, which may be a password's.
    const [words = ""] = messageOf(error).split("\n", 1);
    throw new ApiError("no_access", words);
  }
}

async function optionsOf(config: KubeConfig): Promise<RequestOptions> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  return options;
}
