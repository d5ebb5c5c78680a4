import { expect as immediately } from "playwright/test";

/** Waits until it is as expected; generous, since a machine may be busy. */
export const expect = immediately.configure({ timeout: 20_000 });
