/** The colours of a palette below its text: a click chooses another one for a line, + adds one. */

import { app } from "../../scripts/app.js"
import { button, element, hold, useStyles, write } from "./dom.js"
import { follow } from "./following.js"
import { sourceOf } from "./graph_places.js"
import { extended, replaced, without, wordsOf } from "./palette.js"
import { loadPhrases, t } from "./phrases.js"
import { SideWidget } from "./side_widget.js"
import { writeText } from "./text_widget.js"
import { saveForUndo } from "./undo.js"
import { placeBehind } from "./widget_places.js"

const PALETTES = {
  PicpikReduceColours: ["palette"],
  PicpikColourway: ["palette_from", "palette_to"],
}
const ANY_COLOUR = "#808080" // that a new line begins with

app.registerExtension({
  name: "picpik.PaletteEditor",
  async setup() {
    useStyles()
    await loadPhrases()
  },
  nodeCreated(node) {
    for (const input of PALETTES[node.comfyClass] ?? []) {
      const widget = node.widgets?.find(({ name }) => name === input)
      if (typeof widget?.value === "string") new PaletteEditor(node, widget)
    }
  },
})

class PaletteEditor {
  constructor(node, text) {
    this.node = node
    this.text = text
    this.choosers = [] // by the number of the word, as are the others: what has the focus keeps it
    this.faults = []
    this.partings = []
    this.plus = button("+", () => this.add(), { className: "picpik-button picpik-swatch" })
    this.side = new SideWidget(node, `picpik_${text.name}_colours`, t("Colours"), "picpik-palette")
    placeBehind(node, this.side.widget, text)
    follow(node, () => this.look())
  }

  get isLinked() {
    return Boolean(sourceOf(this.node, this.text.name))
  }

  look() {
    const state = JSON.stringify([this.text.value, this.isLinked, this.side.look()])
    if (state === this.state) return
    this.state = state
    this.draw()
  }

  draw() {
    const shown = wordsOf(this.text.value).flatMap((word, index) => this.swatch(word, index))
    this.plus.ariaLabel = this.plus.title = t("Add a colour")
    hold(this.side.place, ...shown, this.plus)
    this.side.fit(!this.isLinked)
  }

  swatch({ text, colour, isFirst }, index) {
    const own = colour ? this.chooser(colour, index) : this.fault(text, index)
    return isFirst ? [this.parting(index), own] : [own]
  }

  chooser(colour, index) {
    const chooser = (this.choosers[index] ??= element("input", {
      type: "color",
      className: "picpik-swatch",
      oninput: () => this.put(index, chooser.value),
      onchange: saveForUndo,
      onkeydown: (event) => this.pressed(event, index),
    }))
    if (chooser.value !== colour) chooser.value = colour
    chooser.ariaLabel = t("Colour {number}: {colour}", { number: index + 1, colour })
    chooser.title = t("{colour}. A click chooses another one, Delete removes it.", { colour })
    return chooser
  }

  fault(text, index) {
    const fault = (this.faults[index] ??= element("span", { className: "picpik-palette-fault", role: "img" }))
    write(fault, "✗")
    fault.ariaLabel = fault.title = t("“{text}” is no colour. Write one colour a line, as in #bf5b3f.", { text })
    return fault
  }

  parting(index) {
    return (this.partings[index] ??= element("span", { className: "picpik-palette-parting" }))
  }

  put(index, colour) {
    writeText(this.text, replaced(this.text.value, index, colour))
    this.look()
  }

  add() {
    const colour = wordsOf(this.text.value).findLast((word) => word.colour)?.colour ?? ANY_COLOUR
    writeText(this.text, extended(this.text.value, colour))
    saveForUndo()
    this.look()
  }

  /** The keys are not the canvas's as well, to which Delete means the node. */
  pressed(event, index) {
    if (event.ctrlKey || event.metaKey || event.altKey) return // Ctrl+Enter runs, whatever has the focus
    event.stopPropagation()
    if (event.key !== "Delete" && event.key !== "Backspace") return
    writeText(this.text, without(this.text.value, index))
    saveForUndo()
    this.look()
  }
}
