// When and where a photo was taken, read from a JPEG's metadata and put into the smaller one; nothing else of it.
//
// Exif 2.3 is a TIFF inside segment APP1: a list of tags, which points to a list of the camera's and one of positions.

const TAKEN = 0x9003;
const TAKEN_OFFSET = 0x9011;
const DETAIL = 0x8769;
const GPS = 0x8825;
const BYTES = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8 };

// The TIFF inside a JPEG, or null.
function tiffOf(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.byteLength < 12 || view.getUint16(0) !== 0xffd8) return null;
  let at = 2;
  while (at + 10 < view.byteLength && view.getUint8(at) === 0xff) {
    const [kind, length] = [view.getUint8(at + 1), view.getUint16(at + 2)];
    if (kind === 0xda) return null;
    if (kind === 0xe1 && view.getUint32(at + 4) === 0x45786966) {
      return new DataView(bytes.buffer, bytes.byteOffset + at + 10, Math.min(length - 8, view.byteLength - at - 10));
    }
    at += 2 + length;
  }
  return null;
}

// The tags of one list: tag -> {type, count, bytes}.
function listAt(tiff, little, at) {
  const found = new Map();
  const count = tiff.getUint16(at, little);
  for (let number = 0; number < count; number += 1) {
    const entry = at + 2 + 12 * number;
    const [tag, type] = [tiff.getUint16(entry, little), tiff.getUint16(entry + 2, little)];
    const many = tiff.getUint32(entry + 4, little);
    const length = (BYTES[type] ?? 0) * many;
    if (!length || length > 64) continue;
    const from = length <= 4 ? entry + 8 : tiff.getUint32(entry + 8, little);
    if (from + length > tiff.byteLength) continue;
    found.set(tag, { type, count: many, from, length });
  }
  return found;
}

// {taken, offset, position}: texts, and for the position four values as written; null for what is not there.
export function read(bytes) {
  const facts = { taken: null, offset: null, position: null };
  try {
    const tiff = tiffOf(bytes);
    if (!tiff) return facts;
    const little = tiff.getUint16(0) === 0x4949;
    const main = listAt(tiff, little, tiff.getUint32(4, little));
    const pointed = (tag) => main.has(tag) && listAt(tiff, little, tiff.getUint32(main.get(tag).from, little));
    const text = (one) =>
      one && String.fromCharCode(...new Uint8Array(tiff.buffer, tiff.byteOffset + one.from, one.length)).split("\0")[0];
    const detail = pointed(DETAIL) || new Map();
    facts.taken = text(detail.get(TAKEN)) || null;
    facts.offset = text(detail.get(TAKEN_OFFSET)) || null;
    const gps = pointed(GPS);
    if (gps && [1, 2, 3, 4].every((tag) => gps.has(tag)) && gps.get(2).count === 3 && gps.get(4).count === 3) {
      const parts = (one) => [...Array(6).keys()].map((step) => tiff.getUint32(one.from + 4 * step, little));
      facts.position = [text(gps.get(1)), parts(gps.get(2)), text(gps.get(3)), parts(gps.get(4))];
    }
  } catch {
    // Metadata that nobody can read are none.
  }
  return facts;
}

const ascii = (tag, words) => ({ tag, type: 2, count: words.length + 1, bytes: [...words, "\0"].map((c) => c.charCodeAt(0)) });
const number = (value) => [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, (value >>> 24) & 255];
const rationals = (tag, parts) => ({ tag, type: 5, count: 3, bytes: parts.flatMap(number) });
const pointer = (tag, at) => ({ tag, type: 4, count: 1, bytes: number(at) });

// One list with its values behind it, to stand at `at`; little-endian.
function written(tags, at) {
  let rest = at + 2 + 12 * tags.length + 4;
  const head = [tags.length & 255, tags.length >> 8];
  const values = [];
  for (const { tag, type, count, bytes } of tags) {
    head.push(tag & 255, tag >> 8, type, 0, ...number(count));
    if (bytes.length <= 4) {
      head.push(...bytes, ...Array(4 - bytes.length).fill(0));
    } else {
      head.push(...number(rest));
      values.push(...bytes, ...(bytes.length % 2 ? [0] : []));
      rest += bytes.length + (bytes.length % 2);
    }
  }
  return [...head, 0, 0, 0, 0, ...values];
}

// The same JPEG with these facts; as it is when there are none. Its pixels stand upright: no orientation is written.
export function withFacts(jpeg, facts) {
  if (!facts.taken && !facts.position) return jpeg;
  const detail = [];
  if (facts.taken) detail.push(ascii(TAKEN, facts.taken));
  if (facts.offset) detail.push(ascii(TAKEN_OFFSET, facts.offset));
  const gps = [];
  if (facts.position) {
    const [latSide, lat, lonSide, lon] = facts.position;
    gps.push(ascii(1, latSide), rationals(2, lat), ascii(3, lonSide), rationals(4, lon));
  }
  const lists = [[DETAIL, detail], [GPS, gps]].filter(([, tags]) => tags.length);
  let next = 8 + 2 + 12 * lists.length + 4;
  const main = [];
  const parts = [];
  for (const [tag, tags] of lists) {
    const part = written(tags, next);
    main.push(pointer(tag, next));
    parts.push(...part);
    next += part.length;
  }
  const tiff = [0x49, 0x49, 42, 0, ...number(8), ...written(main, 8), ...parts];
  const length = 2 + 6 + tiff.length;
  const segment = [0xff, 0xe1, length >> 8, length & 255, 0x45, 0x78, 0x69, 0x66, 0, 0, ...tiff];
  const whole = new Uint8Array(jpeg.length + segment.length);
  whole.set(jpeg.subarray(0, 2));
  whole.set(segment, 2);
  whole.set(jpeg.subarray(2), 2 + segment.length);
  return whole;
}
