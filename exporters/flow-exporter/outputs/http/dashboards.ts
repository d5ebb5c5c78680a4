import type { RequestHandler } from "express";
import type { DashboardFolder, ProvisionedDashboard } from "../pages/dashboards.ts";
import type * as answers from "./answers.ts";
import { sendError } from "./errors.ts";

/** The dashboards there are, by name. */
export function dashboards(folder: DashboardFolder): RequestHandler<object, answers.DashboardsPage> {
  return async (_request, response) => {
    const all = await folder.list();
    response.json({ dashboards: all.map(entryOf) });
  };
}

function entryOf({ folder, dashboard }: ProvisionedDashboard): answers.DashboardEntry {
  const { uid, title, description } = dashboard;
  return { uid, title, folder, ...(description !== undefined && { description }) };
}

/** One dashboard, as Grafana gets it. */
export function dashboard(folder: DashboardFolder): RequestHandler<{ uid: string }> {
  return async ({ params: { uid } }, response) => {
    const found = (await folder.list()).find((one) => one.dashboard.uid === uid);
    if (found) response.json(found.dashboard);
    else sendError(response, 404, "NOT_FOUND", `there is no dashboard ${uid}`);
  };
}
