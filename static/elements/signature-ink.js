// Pictures of signatures: strokes or a photograph in, a small PNG of the ink alone out.
import SignaturePad from "../vendor/signature_pad-5.1.4/signature_pad.min.js";

const MARGIN = 6; // CSS pixels around the strokes
const MAX_SIDE = 1400; // pixels of the picture that is sent

/** How far the pen went, in CSS pixels: tells a signature from a stray tap. */
export function inkLength(strokes) {
  let length = 0;
  for (const { points } of strokes)
    for (let i = 1; i < points.length; i += 1) length += Math.hypot(points[i].x - points[i - 1].x, points[i].y - points[i - 1].y);
  return length;
}

/** Draw strokes cropped to their ink, three times as fine as the screen: PNG data URL. */
export function pictureOfStrokes(strokes, penColor) {
  const points = strokes.flatMap((stroke) => stroke.points);
  const left = Math.min(...points.map((p) => p.x)) - MARGIN;
  const top = Math.min(...points.map((p) => p.y)) - MARGIN;
  const width = Math.max(...points.map((p) => p.x)) + MARGIN - left;
  const height = Math.max(...points.map((p) => p.y)) + MARGIN - top;
  const ratio = Math.min(3, MAX_SIDE / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(width * ratio);
  canvas.height = Math.ceil(height * ratio);
  canvas.getContext("2d").setTransform(ratio, 0, 0, ratio, -left * ratio, -top * ratio);
  const pad = new SignaturePad(canvas, { penColor });
  pad.off();
  pad.fromData(strokes, { clear: false });
  return canvas.toDataURL("image/png");
}

/** Shrink a photograph or scan and let its paper become transparent: PNG data URL. Rejects when it is no picture. */
export async function pictureOfFile(file) {
  const bitmap = await createImageBitmap(file);
  const ratio = Math.min(1, MAX_SIDE / 2 / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * ratio));
  canvas.height = Math.max(1, Math.round(bitmap.height * ratio));
  const context = canvas.getContext("2d");
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  const image = context.getImageData(0, 0, canvas.width, canvas.height);
  fadePaper(image.data);
  context.putImageData(image, 0, 0);
  return canvas.toDataURL("image/png");
}

const brightness = (pixels, i) => 0.3 * pixels[i] + 0.59 * pixels[i + 1] + 0.11 * pixels[i + 2];

function fadePaper(pixels) {
  const levels = [];
  for (let i = 0; i < pixels.length; i += 4 * 97) levels.push(brightness(pixels, i));
  const paper = levels.sort((a, b) => a - b)[Math.floor(levels.length * 0.8)];
  if (paper < 110) return; // light ink on a dark ground, or transparent already: leave it
  for (let i = 0; i < pixels.length; i += 4) {
    const ink = (paper * 0.9 - brightness(pixels, i)) / (paper * 0.3);
    pixels[i + 3] *= Math.max(0, Math.min(1, ink));
  }
}
