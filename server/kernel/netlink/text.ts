/**
 * Names in the kernel are bytes. One that is not UTF-8 becomes a string of ASCII and lone surrogates U+DC80 to U+DCFF, one
 * per byte above 127, so that it survives the way to a string and back and equals no name that is UTF-8.
 */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The string of a NUL-terminated attribute. */
export function decodeText(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  const text = end < 0 ? bytes : bytes.subarray(0, end);
  try {
    return utf8.decode(text);
  } catch {
    return text.toString("latin1").replace(/[\x80-\xff]/g, (char) => String.fromCharCode(0xdc00 + char.charCodeAt(0)));
  }
}

/** The bytes of a string, without a NUL: the inverse of `decodeText`. */
export function encodeText(text: string): Buffer {
  const escaped = /^[\0-\x7f\udc80-\udcff]*$/.test(text);
  return escaped ? Buffer.from(text, "latin1") : Buffer.from(text, "utf8");
}
