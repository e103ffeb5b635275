// Which part of this frame is on the screen. A page of the portal's menu is as tall as its content, and the portal scrolls around
// it: what is fixed to such a frame is fixed to the whole of it. The browser tells the visible part to observers, even across
// origins.

const STEPS = Array.from({ length: 201 }, (_, step) => step / 200);

/** Keep `--view-top` and `--view-height` of an element at what is visible; resolves at the first measure, to what ends it. */
export function keepInView(element) {
  return new Promise((resolve) => {
    const observer = new IntersectionObserver((entries) => {
      const { top, height } = entries.at(-1).intersectionRect;
      element.style.setProperty("--view-top", `${Math.round(top)}px`);
      element.style.setProperty("--view-height", `${Math.round(height)}px`);
      resolve(() => observer.disconnect());
    }, { threshold: STEPS });
    observer.observe(document.documentElement);
  });
}
