// What runs over several nodes (npm run test:nodes), in one process, so that all of it has the same three nodes. Over TLS: tls.test.mjs.
import './curl.test.mjs';
import './eventsource.test.mjs';
import './ws.test.mjs';
import './jdk.test.mjs';
import './several.test.mjs';
import './cursor.test.mjs';
import './chromium.test.mjs';
import './select.test.mjs';
