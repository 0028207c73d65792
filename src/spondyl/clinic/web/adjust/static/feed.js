// Reads the feed of a session: frames of 16 bytes and their payload, padded to 8 (clinic/adjust/feed.py).

const HEAD = 16;
export const EVENT = 1;
export const BLOCK = 2;
export const LOST = 3;

/** @typedef {{event: (event: any) => void, block: (first: number, values: Float32Array) => void, lost: (frames: number) => void}} Listener */

/** Read until the feed ends. Rejects when the connection breaks, and where another page comes: nobody is signed in.
 * @param {string} address @param {Listener} listener @param {AbortSignal} [signal] */
export async function readFeed(address, listener, signal) {
  const response = await fetch(address, { signal, cache: "no-store" });
  if (!response.ok || response.redirected || !response.body) throw new Error(`The feed answered ${response.status}.`);
  const reader = response.body.getReader();
  let kept = new Uint8Array(0);
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    kept = take(joined(kept, value), listener);
  }
}

/** @param {Uint8Array} first @param {Uint8Array} second */
function joined(first, second) {
  if (!first.length) return second;
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/** Give the whole frames on; what is left of the last one comes back.
 * @param {Uint8Array} bytes @param {Listener} listener @returns {Uint8Array} */
export function take(bytes, listener) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at + HEAD <= bytes.length) {
    const length = view.getUint32(at + 4, true);
    const end = at + HEAD + length + ((8 - (length % 8)) % 8);
    if (end > bytes.length) break;
    frame(view.getUint32(at, true), view.getFloat64(at + 8, true), bytes.slice(at + HEAD, at + HEAD + length), listener);
    at = end;
  }
  return at ? bytes.slice(at) : bytes;
}

/** @param {number} kind @param {number} number @param {Uint8Array} payload @param {Listener} listener */
function frame(kind, number, payload, listener) {
  if (kind === EVENT) listener.event(JSON.parse(new TextDecoder().decode(payload)));
  else if (kind === BLOCK) listener.block(number, new Float32Array(payload.buffer));
  else if (kind === LOST) listener.lost(number);
}
