/**
 * Texts in the interface's language. English is the original; `phrases/<language>.json` maps English templates, with
 * {places} in them, to another language. So a text that comes from Python as a finished sentence can be translated, too.
 */

import { app } from "../../scripts/app.js"

const LANGUAGES = ["zh"]
const books = new Map()

/** A text of the interface, with the places filled in. */
export function t(template, values = {}) {
  const translated = currentBook()?.exact.get(template) ?? template
  return fill(translated, values)
}

/** A message that came from Python, line by line; what the book does not know stays as it is. */
export function translate(message) {
  const book = currentBook()
  return book ? message.split("\n").map((line) => translateText(book, line)).join("\n") : message
}

export async function loadPhrases() {
  await Promise.all(
    LANGUAGES.map(async (language) => {
      const answer = await fetch(new URL(`./phrases/${language}.json`, import.meta.url))
      if (answer.ok) books.set(language, makeBook(await answer.json()))
    }),
  )
}

/** The longest template that fits decides; its places are translated in turn. */
export function translateText(book, text) {
  const known = book.exact.get(text)
  if (known !== undefined) return known
  for (const { pattern, names, translated } of book.patterns) {
    const found = pattern.exec(text)
    if (found) {
      const values = names.map((name, index) => [name, translateText(book, found[index + 1])])
      return fill(translated, Object.fromEntries(values))
    }
  }
  return text
}

export function makeBook(phrases) {
  const templates = Object.entries(phrases).filter(([english]) => english.includes("{"))
  const patterns = templates.map(([english, translated]) => {
    const names = [...english.matchAll(/\{(\w+)\}/g)].map((place) => place[1])
    const literals = english.split(/\{\w+\}/)
    const source = literals.map((literal) => literal.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("(.+?)")
    return { pattern: new RegExp(`^${source}$`, "s"), names, translated, weight: literals.join("").length }
  })
  patterns.sort((one, other) => other.weight - one.weight)
  return { exact: new Map(Object.entries(phrases)), patterns }
}

function currentBook() {
  const locale = app.extensionManager?.setting?.get("Comfy.Locale") ?? "en"
  return books.get(locale.split("-")[0])
}

function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place)
}
