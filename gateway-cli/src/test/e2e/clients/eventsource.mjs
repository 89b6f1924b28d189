// npm's `eventsource`, as its README has it: it comes back by itself.
import { fetchTrusting } from '../bed/certificate.mjs';

/** `EventSource` is the class of the version under test. */
export function eventSource(EventSource) {
  return ({ origin, path, since, checker, certificate }) => {
    const options = certificate && { fetch: fetchTrusting(certificate) };
    const source = new EventSource(`${certificate ? 'https' : 'http'}://${origin}${path}?since=${since}`, options);
    source.addEventListener('message', (event) => checker.event(event.data));
    source.addEventListener('sluice.gap', (event) => checker.gap(JSON.parse(event.data).gap));
    source.addEventListener('sluice.open', () => checker.note('open'));
    source.addEventListener('error', (event) => {
      if (source.readyState === EventSource.CLOSED) {
        checker.fail(`closed for good: ${event.code} ${event.message}`);
      }
    });
    return { stop: () => source.close() };
  };
}
