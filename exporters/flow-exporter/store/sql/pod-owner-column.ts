/** Version 4: what made the pod that has an address. */
export const POD_OWNER_COLUMN: readonly string[] = ["ALTER TABLE metadata ADD COLUMN pod_owner TEXT"];
