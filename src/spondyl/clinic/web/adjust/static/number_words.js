// A measured number as people read it: a true minus sign, and no minus before zero.

/** @param {number} value @param {number} digits behind the point */
export function numberWords(value, digits) {
  const text = value.toFixed(digits);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
}
