// npm's `ws`: a new WebSocket after each close, with the last cursor in `since`.

/**
 * `protocol` is `sluice.v1.json`, or undefined for a plain socket with `format=json`. `extension`: what must be negotiated; the client
 * offers compression always, and compresses whatever it sends.
 */
export function webSocket(WebSocket, protocol, extension = '') {
  return ({ origin, path, since, checker, certificate }) => {
    const scheme = certificate ? 'wss' : 'ws';
    let cursor = since;
    let socket;
    let timer;
    let stopped = false;
    const connect = () => {
      const query = protocol === undefined ? `since=${cursor}&format=json` : `since=${cursor}`;
      socket = new WebSocket(`${scheme}://${origin}${path}?${query}`, protocol, {
        perMessageDeflate: { threshold: 0 },
        ca: certificate?.pem,
      });
      socket.on('open', () => {
        if (socket.extensions !== extension) {
          checker.fail(`extensions: "${socket.extensions}", not "${extension}"`);
        }
        if (protocol !== undefined) {
          socket.send('{"op":"ping"}');
        }
      });
      socket.on('message', (data, binary) => {
        if (binary) {
          checker.fail('a binary message');
          return;
        }
        cursor = onMessage(JSON.parse(data.toString()), checker) ?? cursor;
      });
      socket.on('unexpected-response', (_, response) => checker.fail(`handshake refused: ${response.statusCode}`));
      socket.on('error', (error) => checker.note(error.code ?? error.message));
      socket.on('close', (code) => {
        checker.note(`close ${code}`);
        if (!stopped) {
          timer = setTimeout(connect, 50);
        }
      });
    };
    connect();
    return {
      stop() {
        stopped = true;
        clearTimeout(timer);
        socket.terminate();
      },
    };
  };
}

/** Returns the cursor to go on from, if the message moves it. */
function onMessage(message, checker) {
  if (message.gap !== undefined) {
    checker.gap(message.gap);
    return message.cursor;
  }
  if (message.op === undefined) {
    checker.event(message.data);
    return message.cursor;
  }
  if (message.op === 'hello') {
    return message.cursor;
  }
  if (message.op !== 'beat' && message.op !== 'pong') {
    checker.fail(`unexpected ${JSON.stringify(message)}`);
  }
  return undefined;
}
