/** The colours that Reduce Colours found when it last ran, on the node: to be copied, and to be kept as its palette. */

import { app } from "../../scripts/app.js"
import { copyText } from "./clipboard.js"
import { button, element, hold, useStyles } from "./dom.js"
import { follow } from "./following.js"
import { locator, sourceOf } from "./graph_places.js"
import { loadPhrases, t } from "./phrases.js"
import { SideWidget } from "./side_widget.js"
import { writeText } from "./text_widget.js"
import { saveForUndo } from "./undo.js"

const NODE = "PicpikReduceColours"
const NAME = "picpik_found_colours"
const INPUT = "palette"
const OUTPUT = "picpik_palettes"
const MILLISECONDS_SHOWN = 2500

app.registerExtension({
  name: "picpik.FoundColours",
  async setup() {
    useStyles()
    await loadPhrases()
  },
  nodeCreated(node) {
    const palette = node.comfyClass === NODE && node.widgets?.find(({ name }) => name === INPUT)
    if (palette) new FoundColours(node, palette)
  },
})

class FoundColours {
  constructor(node, palette) {
    this.node = node
    this.palette = palette
    this.side = new SideWidget(node, NAME, t("Found colours"), "picpik-found")
    follow(node, () => this.look())
  }

  /** {colours, shares} of each print of the last run. */
  get found() {
    return app.nodeOutputs?.[locator(this.node)]?.[OUTPUT] ?? []
  }

  get canKeep() {
    return !sourceOf(this.node, INPUT)
  }

  look() {
    const shown = JSON.stringify([this.found, this.canKeep])
    if (shown !== this.shown) {
      this.shown = shown
      hold(this.side.place, ...this.found.flatMap((print) => this.print(print)))
    }
    const state = JSON.stringify([shown, this.side.look()])
    if (state === this.state) return
    this.state = state
    this.side.fit(this.found.length > 0)
  }

  print({ colours, shares }) {
    const swatches = colours.map((colour, index) => swatch(colour, shares[index]))
    const keep = button(t("Use as palette"), () => this.keep(colours), {
      title: t("Writes these colours into palette: from now on each run has them."),
    })
    return [element("div", { className: "picpik-found-print" }, ...swatches), this.canKeep ? keep : null]
  }

  keep(colours) {
    writeText(this.palette, colours.join("\n"))
    saveForUndo()
  }
}

function swatch(colour, share) {
  const part = `${(share * 100).toFixed(1)} %`
  const made = button("", () => copy(colour), {
    className: "picpik-found-colour",
    ariaLabel: t("Copy {colour}, {part} of the print", { colour, part }),
    title: t("{colour}, {part} of the print. A click copies it.", { colour, part }),
  })
  const ground = element("span", { className: "picpik-found-ground" })
  ground.style.background = colour
  made.append(ground, element("span", { textContent: colour }), element("small", { textContent: part }))
  return made
}

async function copy(colour) {
  const { toast } = app.extensionManager
  try {
    await copyText(colour)
    toast.add({ severity: "success", summary: t("Copied"), detail: colour, life: MILLISECONDS_SHOWN })
  } catch (error) {
    toast.add({ severity: "error", summary: error.message, life: MILLISECONDS_SHOWN })
  }
}
