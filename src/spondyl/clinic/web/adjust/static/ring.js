// The newest measurements of every channel, in memory whose size never changes.

export class Ring {
  /** @param {number} channels @param {number} capacity samples kept of each channel */
  constructor(channels, capacity) {
    this.channels = channels;
    this.capacity = capacity;
    this.values = Array.from({ length: channels }, () => new Float32Array(capacity).fill(NaN));
    /** Number of the sample that comes next; -1 before the first. */
    this.next = -1;
    /** Samples that came, and samples that were left out between them. */
    this.count = 0;
    this.missing = 0;
  }

  /** Put a block in; what lies between the last block and this one becomes NaN.
   * @param {number} first number of its first sample
   * @param {Float32Array} block channel after channel */
  push(first, block) {
    const length = block.length / this.channels;
    if (this.next < 0) this.next = first;
    if (first < this.next) return;
    this.missing += first - this.next;
    this.#clear(Math.max(this.next, first - this.capacity), first);
    const skip = Math.max(0, length - this.capacity);
    for (let channel = 0; channel < this.channels; channel += 1) {
      const into = this.values[channel];
      for (let at = skip; at < length; at += 1) into[(first + at) % this.capacity] = block[channel * length + at];
    }
    this.count += length;
    this.next = first + length;
  }

  /** @param {number} from @param {number} to */
  #clear(from, to) {
    for (const into of this.values) for (let at = from; at < to; at += 1) into[at % this.capacity] = NaN;
  }

  /** Least and greatest of the samples from..to (not included) of a channel, written into ``out``; NaN without any.
   * @param {number} channel @param {number} from @param {number} to @param {Float32Array} out of two */
  range(channel, from, to, out) {
    const values = this.values[channel];
    let least = NaN;
    let greatest = NaN;
    for (let at = Math.max(from, this.next - this.capacity, 0); at < Math.min(to, this.next); at += 1) {
      const value = values[at % this.capacity];
      if (!(value >= least)) least = Number.isNaN(value) ? least : value;
      if (!(value <= greatest)) greatest = Number.isNaN(value) ? greatest : value;
    }
    out[0] = least;
    out[1] = greatest;
  }

  /** The newest value of a channel. @param {number} channel */
  newest(channel) {
    return this.next <= 0 ? NaN : this.values[channel][(this.next - 1) % this.capacity];
  }
}
