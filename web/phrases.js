/**
 * Texts in the interface's language. English is the original; `phrases/<language>.json` maps English templates, with
 * {places} in them, to another language. So a text that comes from Python as a finished sentence can be translated, too.
 */

import { app } from "../../scripts/app.js"

const LANGUAGES = ["zh"]
const dictionaries = new Map()

/** A text of the interface, with the places filled in. */
export function t(template, values = {}) {
  const translated = currentDictionary()?.exact.get(template) ?? template
  return fill(translated, values)
}

/** A message that came from Python, line by line; what the dictionary does not know stays as it is. */
export function translate(message) {
  const dictionary = currentDictionary()
  return dictionary ? message.split("\n").map((line) => translateText(dictionary, line)).join("\n") : message
}

export async function loadPhrases() {
  await Promise.all(
    LANGUAGES.map(async (language) => {
      const answer = await fetch(new URL(`./phrases/${language}.json`, import.meta.url))
      if (answer.ok) dictionaries.set(language, makeDictionary(await answer.json()))
    }),
  )
}

/** The longest template that fits decides; its places are translated in turn. */
export function translateText(dictionary, text) {
  const known = dictionary.exact.get(text)
  if (known !== undefined) return known
  for (const { pattern, names, translated } of dictionary.patterns) {
    const found = pattern.exec(text)
    if (found) {
      const values = names.map((name, index) => [name, translateText(dictionary, found[index + 1])])
      return fill(translated, Object.fromEntries(values))
    }
  }
  return text
}

export function makeDictionary(phrases) {
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

function currentDictionary() {
  const locale = app.extensionManager?.setting?.get("Comfy.Locale") ?? "en"
  return dictionaries.get(locale.split("-")[0])
}

function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place)
}
