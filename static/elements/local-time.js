// <local-time>: writes its <time> in the reader's own time zone and language; without scripts it stays UTC.
class LocalTime extends HTMLElement {
  connectedCallback() {
    const time = this.querySelector("time");
    const format = new Intl.DateTimeFormat(document.documentElement.lang || undefined, { dateStyle: "medium", timeStyle: "short" });
    time.textContent = format.format(new Date(time.dateTime));
  }
}

customElements.define("local-time", LocalTime);
