/** Palettes as text, as pattern/palettes.py reads them: colours as #bf5b3f, parted by lines, spaces or commas. */

const WORD = /[^\s,;]+/g
const HEX = /^#?([0-9a-f]{6}|[0-9a-f]{3})$/i
const BLANK_LINE = /\n[^\S\n]*\n/

/** The words of a text: {text, at, colour, isFirst}; `colour` as #bf5b3f, null where it is none; first behind a blank line. */
export function wordsOf(text) {
  let end = 0
  return [...text.matchAll(WORD)].map(({ 0: word, index }) => {
    const isFirst = end > 0 && BLANK_LINE.test(text.slice(end, index))
    end = index + word.length
    return { text: word, at: index, colour: colourOf(word), isFirst }
  })
}

function colourOf(word) {
  const digits = HEX.exec(word)?.[1].toLowerCase()
  if (!digits) return null
  return `#${digits.length === 3 ? [...digits].map((digit) => digit + digit).join("") : digits}`
}

/** The text with another word in the place of its `index`th one. */
export function replaced(text, index, word) {
  const { at, text: old } = wordsOf(text)[index]
  return text.slice(0, at) + word + text.slice(at + old.length)
}

/** The text without its `index`th word, nor what parts it from the next one. */
export function without(text, index) {
  const { at, text: old } = wordsOf(text)[index]
  const behind = text.slice(at + old.length)
  const rest = text.slice(0, at) + behind.replace(/^[^\S\n]*[,;\n]?/, "")
  return behind.trim() ? rest : rest.trimEnd()
}

/** The text with one more line. */
export function extended(text, colour) {
  const before = text.trimEnd()
  return before ? `${before}\n${colour}` : colour
}
