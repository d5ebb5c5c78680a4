/** The exporter's own types: this is the one place where the console says where they are. */
export type * from "../../flow-exporter/outputs/http/answers.ts";
