// Finds a number with which the SHA-256 of "challenge:number" begins with so many zero bits. Synchronous, hence a worker.
(() => {
  const K = new Uint32Array(64);
  const START = new Uint32Array(8);
  // The constants are the fractions of the square and cube roots of the first primes.
  for (let candidate = 2, found = 0; found < 64; candidate++) {
    let prime = true;
    for (let part = 2; part * part <= candidate; part++) if (candidate % part === 0) prime = false;
    if (!prime) continue;
    if (found < 8) START[found] = Math.floor((Math.sqrt(candidate) % 1) * 2 ** 32);
    K[found++] = Math.floor((Math.cbrt(candidate) % 1) * 2 ** 32);
  }
  const W = new Uint32Array(64);

  function hash(bytes) {
    const length = ((bytes.length + 8) >> 6 << 6) + 64;
    const padded = new Uint8Array(length);
    padded.set(bytes);
    padded[bytes.length] = 0x80;
    new DataView(padded.buffer).setUint32(length - 4, bytes.length * 8);
    const view = new DataView(padded.buffer);
    const H = START.slice();
    for (let at = 0; at < length; at += 64) {
      for (let i = 0; i < 16; i++) W[i] = view.getUint32(at + i * 4);
      for (let i = 16; i < 64; i++) {
        const x = W[i - 15], y = W[i - 2];
        const s0 = (x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3;
        const s1 = (y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10;
        W[i] = W[i - 16] + s0 + W[i - 7] + s1;
      }
      let [a, b, c, d, e, f, g, h] = H;
      for (let i = 0; i < 64; i++) {
        const s1 = (e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7);
        const one = h + s1 + (e & f ^ ~e & g) + K[i] + W[i] | 0;
        const s0 = (a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10);
        const two = s0 + (a & b ^ a & c ^ b & c) | 0;
        h = g; g = f; f = e; e = d + one | 0; d = c; c = b; b = a; a = one + two | 0;
      }
      H[0] += a; H[1] += b; H[2] += c; H[3] += d; H[4] += e; H[5] += f; H[6] += g; H[7] += h;
    }
    return H;
  }

  onmessage = (event) => {
    const { challenge, bits } = event.data;
    const encoder = new TextEncoder();
    for (let nonce = 0; ; nonce++) {
      const digest = hash(encoder.encode(`${challenge}:${nonce}`));
      let zeros = 0;
      for (const word of digest) {
        zeros += Math.clz32(word);
        if (word !== 0) break;
      }
      if (zeros >= bits) {
        postMessage(String(nonce));
        return;
      }
    }
  };
})();
