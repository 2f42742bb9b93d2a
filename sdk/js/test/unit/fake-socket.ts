/** A WebSocket of the tests: what the client sends is seen, and the test is the server. */
export class FakeSocket {
  static all: FakeSocket[] = [];
  /** Whether there is a server. */
  static up = true;
  /** Whether the server lets in who sends a token. */
  static greets = true;

  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  onerror: (() => void) | null = null;
  readonly sent: Record<string, unknown>[] = [];
  closed = false;

  constructor(_url: string) {
    FakeSocket.all.push(this);
    queueMicrotask(() => {
      if (!FakeSocket.up) this.onclose?.({ code: 1006 });
      else this.onopen?.();
    });
  }

  static get last(): FakeSocket {
    return FakeSocket.all[FakeSocket.all.length - 1]!;
  }

  send(text: string): void {
    const message = JSON.parse(text);
    this.sent.push(message);
    if (message.op === "auth" && FakeSocket.greets)
      this.tell({ ev: "hello", user: { id: "ada" }, seq: "7-0-0" });
  }

  close(): void {
    this.closed = true;
  }

  /** The server sends. */
  tell(message: object): void {
    queueMicrotask(() => this.onmessage?.({ data: JSON.stringify(message) }));
  }

  /** The server answers the last request for this. */
  answer(op: string, data: unknown = {}): void {
    const request = this.of(op).at(-1)!;
    this.tell({ re: request.id, ok: true, data });
  }

  /** The server refuses the last request for this. */
  refuse(op: string, status: number): void {
    const { id = null } = this.of(op).at(-1)!;
    this.tell({ re: id, ok: false, error: { status, type: "/problems/any", detail: "Refused." } });
  }

  /** The connection is gone. */
  lose(code = 1006): void {
    this.onclose?.({ code });
  }

  /** What was sent for an operation, in order. */
  of(op: string): Record<string, unknown>[] {
    return this.sent.filter((message) => message.op === op);
  }
}
