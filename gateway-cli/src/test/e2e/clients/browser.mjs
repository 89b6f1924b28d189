// The clients of page.mjs, as the reading scenario wants a client.

/** `client` is the name of a function in page.mjs; `scheme` is `http` or `ws`, over TLS if there is a certificate. */
export function inBrowser(chromium, client, { scheme = 'http', protocol, extension } = {}) {
  return async ({ origin, path, since, checker, certificate }) => {
    const base = `${scheme}${certificate ? 's' : ''}://${origin}${path}`;
    const url = scheme === 'http' ? `${base}?since=${since}` : base;
    const tab = await chromium.open(client, { url, since, protocol, extension });
    tab.follow((happening) => tell(checker, happening));
    return tab;
  };
}

/** Tells the checker what happened in a page. */
export function tell(checker, happening) {
  if (happening.note !== undefined) {
    checker.note(happening.note);
  }
  if (happening.closed) {
    checker.fail(`closed for good: ${happening.note}`);
  } else if (happening.gap !== undefined) {
    checker.gap(happening.gap);
  } else if (happening.data !== undefined) {
    checker.event(happening.data);
  }
}
