/** What flow-exporter's `/healthz` says, whatever the status; null where it does not answer within `timeoutMs`. Never rejects. */
export async function readExporterHealth(exporterUrl: string, timeoutMs: number): Promise<unknown> {
  try {
    const response = await fetch(`${exporterUrl}/healthz`, { signal: AbortSignal.timeout(timeoutMs) });
    return await response.json();
  } catch {
    return null;
  }
}
