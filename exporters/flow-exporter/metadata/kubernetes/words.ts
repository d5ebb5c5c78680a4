import { z } from "zod";
import { asAddressText } from "../../model/address.ts";

/** A name as Kubernetes lets things be called: a label of DNS, or several with dots between them. */
export const name = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/);
/** One label of DNS, or an IANA service name, as ports are called. */
export const label = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
/** As the kernel's are written: IPv6 addresses can be written in several ways. */
export const address = z.union([z.ipv4(), z.ipv6().transform(asAddressText)]);
/** A program in Go writes an empty list, and what is not set, as null, "" or not at all. */
export const unset = z.literal("").transform(() => undefined);
