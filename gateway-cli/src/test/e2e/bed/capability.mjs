// What a test needs beside Node and a JDK. Without it a test is skipped by name; under CI=true that is a failure.
import { accessSync, constants } from 'node:fs';

const CHROMIUM = process.env.SLUICE_E2E_CHROMIUM ?? '/usr/bin/chromium';

/** Debian's Chromium: its path, or undefined after `t` has been skipped. */
export function chromiumFor(t) {
  try {
    accessSync(CHROMIUM, constants.X_OK);
    return CHROMIUM;
  } catch {
    return without(t, 'chromium', `apt-get install chromium, or set SLUICE_E2E_CHROMIUM`);
  }
}

/** A package of package.json, or undefined after `t` has been skipped. */
export async function packageFor(t, name) {
  try {
    return await import(name);
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') {
      throw error;
    }
    return without(t, `npm package ${name}`, 'npm ci');
  }
}

/** Debian's nginx: its path, or undefined after `t` has been skipped. */
export function nginxFor(t) {
  for (const found of [process.env.SLUICE_E2E_NGINX ?? '/usr/sbin/nginx', '/usr/bin/nginx']) {
    try {
      accessSync(found, constants.X_OK);
      return found;
    } catch {
      // perhaps at the next place
    }
  }
  return without(t, 'nginx', 'apt-get install nginx-light, or set SLUICE_E2E_NGINX');
}

/** Skips `t` for want of something; returns undefined. */
export function without(t, capability, remedy) {
  const words = `no ${capability} here: ${remedy}`;
  if (process.env.CI === 'true') {
    throw new Error(`${words} (CI=true: nothing may be skipped)`);
  }
  t.skip(words);
  return undefined;
}
