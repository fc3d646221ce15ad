/** What a line needs of its client, as of now. */
export interface Host {
    url(): string;
    token(): string;
    socket(): typeof WebSocket | undefined;
}

/** What uses a line. */
export interface Subscriber {
    readonly id: string;
    /** The message that subscribes, from where it stands. */
    wish(): object;
    receive(message: any): void;
    /** The caller has become someone else. */
    identified(): void;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
/** Without a sign of life for so long the line asks for one, and after as long again it is given up. */
const QUIET_MS = 30_000;

/** One WebSocket for all feeds of a client: open as long as there are any, and opened anew whenever it is lost. */
export class Line {
    readonly #host: Host;
    readonly #subscribers = new Map<string, Subscriber>();
    #socket: WebSocket | undefined;
    #greeted = false;
    #attempts = 0;
    #retry: ReturnType<typeof setTimeout> | undefined;
    #pulse: ReturnType<typeof setInterval> | undefined;
    #heard = 0;
    #ids = 0;

    constructor(host: Host) {
        this.#host = host;
        // Whoever was asleep or offline need not wait for the next attempt.
        if (typeof window !== "undefined") window.addEventListener("online", () => this.#hurry());
    }

    nextId(): string {
        return `f${++this.#ids}`;
    }

    add(subscriber: Subscriber): void {
        this.#subscribers.set(subscriber.id, subscriber);
        if (this.#greeted) this.#send(subscriber.wish());
        else if (!this.#socket && !this.#retry) this.#open();
    }

    remove(subscriber: Subscriber): void {
        if (!this.#subscribers.delete(subscriber.id)) return;
        if (this.#greeted) this.#send({ type: "unsubscribe", id: subscriber.id });
        if (this.#subscribers.size === 0) this.#close();
    }

    /** Subscribes again. */
    renew(subscriber: Subscriber): void {
        if (this.#greeted && this.#subscribers.has(subscriber.id)) this.#send(subscriber.wish());
    }

    /** Tells who the caller is now. */
    identify(someoneElse: boolean): void {
        if (!this.#greeted) return;
        this.#authenticate();
        if (someoneElse) for (const subscriber of this.#subscribers.values()) subscriber.identified();
    }

    #open(): void {
        const Socket = this.#host.socket();
        if (!Socket) throw new Error("There is no WebSocket here: set the client's WebSocket to one, such as that of the package ws.");
        const socket = new Socket(this.#host.url());
        this.#socket = socket;
        this.#heard = Date.now();
        socket.onmessage = (message) => {
            if (socket === this.#socket) this.#hear(JSON.parse(String(message.data)));
        };
        socket.onclose = () => this.#lost(socket);
        socket.onerror = () => this.#lost(socket);
        clearInterval(this.#pulse);
        this.#pulse = setInterval(() => this.#check(socket), QUIET_MS / 2);
        (this.#pulse as any).unref?.();
    }

    #hear(message: any): void {
        this.#heard = Date.now();
        if (message.type === "hello") {
            this.#greeted = true;
            this.#attempts = 0;
            if (this.#host.token()) this.#authenticate();
            for (const subscriber of this.#subscribers.values()) this.#send(subscriber.wish());
        } else if (message.id !== undefined) {
            this.#subscribers.get(message.id)?.receive(message);
        }
    }

    #authenticate(): void {
        const token = this.#host.token();
        this.#send(token ? { type: "auth", token } : { type: "auth" });
    }

    #send(message: object): void {
        // What cannot be sent now is said again after the next greeting.
        if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(message));
    }

    #check(socket: WebSocket): void {
        const quiet = Date.now() - this.#heard;
        if (quiet > 2 * QUIET_MS) this.#lost(socket);
        else if (quiet > QUIET_MS) this.#send({ type: "ping" });
    }

    #lost(socket: WebSocket): void {
        if (socket !== this.#socket) return;
        this.#close();
        if (this.#subscribers.size === 0) return;
        const pause = Math.min(FIRST_PAUSE_MS * 2 ** this.#attempts++, LONGEST_PAUSE_MS);
        // Not all clients of a server that restarts at the same moment.
        this.#retry = setTimeout(() => this.#hurry(), pause * (0.5 + Math.random()));
    }

    #hurry(): void {
        if (this.#socket || this.#subscribers.size === 0) return;
        clearTimeout(this.#retry);
        this.#retry = undefined;
        this.#open();
    }

    #close(): void {
        const socket = this.#socket;
        this.#socket = undefined;
        this.#greeted = false;
        clearInterval(this.#pulse);
        clearTimeout(this.#retry);
        this.#retry = undefined;
        socket?.close();
    }
}
