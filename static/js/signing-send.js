// Sending what the signer does: once, said when it fails, tried again when the connection was lost.

/** POST a form's fields. Resolves to the server's answer ({next}, {closed}, {error, field}, ...) or null when unreachable. */
export async function send(url, body, keepalive = false) {
  try {
    const response = await fetch(url, { method: "POST", body, keepalive, headers: { "X-Paraph-Fragment": "1" } });
    if (response.status >= 500 || response.status === 429) return null;
    return await response.json();
  } catch {
    return null;
  }
}

/** Let a form act once per press: spinner, no second tap, sentence on failure; `done(answer)` or go where it leads. */
export function submitOnce(form, done = (answer) => location.assign(answer.next)) {
  const button = form.querySelector("[data-go]");
  const problem = form.querySelector("p[data-problem]");
  let busy = false;
  const show = (state) => {
    busy = state;
    button.setAttribute("aria-disabled", String(state));
    button.querySelector(".button__spinner").hidden = !state;
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    show(true);
    problem.textContent = "";
    const answer = await send(form.action, new FormData(form));
    if (answer?.closed) return location.assign(answer.closed);
    if (!answer || answer.error) {
      problem.textContent = answer?.error ?? problem.dataset.offline;
      return show(false);
    }
    done(answer);
    if (!answer.next) show(false);
  });
}

/** Keeps entries as they are made, one after the other; the newest of each place wins. `say(state)` hears how it goes. */
export class Saver {
  #waiting = new Map();
  #running = null;
  #wake = () => {};

  constructor(say) {
    this.say = say;
    addEventListener("online", () => this.#wake());
    addEventListener("beforeunload", (event) => this.#waiting.size && this.state === "retrying" && event.preventDefault());
  }

  /** Save one place; resolves to the server's answer, or to undefined when a newer entry took its turn. */
  save(key, url, body) {
    this.#waiting.get(key)?.done();
    const answer = new Promise((done) => this.#waiting.set(key, { url, body, done }));
    this.#running ??= this.#run();
    return answer;
  }

  /** Resolves when everything entered so far has been answered. */
  idle() {
    return this.#running ?? Promise.resolve();
  }

  async #run() {
    this.#tell("saving");
    for (let pause = 1000; this.#waiting.size; ) {
      const [key, job] = this.#waiting.entries().next().value;
      const answer = await send(job.url, job.body, true);
      if (!answer) {
        this.#tell("retrying");
        await this.#pause(pause);
        pause = Math.min(pause * 2, 15_000);
        continue;
      }
      pause = 1000;
      if (this.#waiting.get(key) === job) this.#waiting.delete(key);
      job.done(answer);
    }
    this.#running = null;
    this.#tell("done");
  }

  #tell(state) {
    this.state = state;
    this.say(state);
  }

  #pause(ms) {
    return new Promise((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, ms);
    });
  }
}
