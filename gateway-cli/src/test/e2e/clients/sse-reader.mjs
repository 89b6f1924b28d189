// The few lines that a script needs to read an event stream (HTML §9.2.6), for curl's output.

export class SseReader {
  #rest = '';
  #id;
  #onBlock;

  constructor(onBlock) {
    this.#onBlock = onBlock;
  }

  feed(text) {
    const blocks = (this.#rest + text).split('\n\n');
    this.#rest = blocks.pop();
    blocks.forEach((block) => this.#block(block));
  }

  #block(text) {
    const fields = text
      .split('\n')
      .map((line) => /^([a-z]+): ?(.*)$/.exec(line))
      .filter((match) => match !== null);
    const data = fields.filter(([, name]) => name === 'data').map(([, , value]) => value);
    const last = (name) => fields.filter(([, field]) => field === name).at(-1)?.[2];
    this.#id = last('id') ?? this.#id;
    if (data.length > 0) {
      this.#onBlock({ id: this.#id, event: last('event') ?? 'message', data: data.join('\n') });
    }
  }
}
