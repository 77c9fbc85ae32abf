/**
 * The tile that comes into Repeat Pattern: the file that Load Image has chosen, else that of the node's last run, else what
 * the source shows. And what else is known of the last run.
 */

import { app } from "../../scripts/app.js"
import { executionId, locator, sourceOf } from "./graph_places.js"
import { chosenFile, shownBy, viewed } from "./upstream_picture.js"

const INPUT = "tile"
const OUTPUT = "picpik_cloth"

export class ClothTile {
  constructor(node, changed) {
    this.node = node
    this.image = new Image()
    this.image.onload = this.image.onerror = changed
    this.address = null
    this.index = 0 // which one of a batch
    this.runs = []
  }

  /** How many tiles the last run had; 1 where it is not known. */
  get count() {
    return this.isOfRun ? this.runs.length : 1
  }

  /** What the last run said of this tile, as long as the same source is linked: {tile, width, height, layout, cloth}. */
  get run() {
    return this.runs[this.index] ?? null
  }

  get isLinked() {
    return Boolean(sourceOf(this.node, INPUT)) || Boolean(this.run)
  }

  get isReady() {
    return Boolean(this.address && this.image.complete && this.image.naturalWidth)
  }

  /** Temporary files of a run are gone when ComfyUI was started anew. */
  get isGone() {
    return Boolean(this.address && this.image.complete && !this.image.naturalWidth)
  }

  /** Pixels of the tile itself: a run keeps large ones in a smaller size. */
  get size() {
    return this.isOfRun ? [this.run.width, this.run.height] : [this.image.naturalWidth, this.image.naturalHeight]
  }

  /** Looks anew at what is upstream and at what was run, as both change without telling. */
  look() {
    const source = sourceOf(this.node, INPUT)
    this.rememberRuns(source)
    if (this.index >= this.runs.length) this.index = 0
    const file = chosenFile(source)
    this.isOfRun = !file && this.runs.length > 0
    this.show(file ?? (this.run ? viewed(this.run.tile) : ownOutputOf(source)))
  }

  /** A run says nothing any more of what another source brings. */
  rememberRuns(source) {
    const place = source ? `${executionId(source.node)} ${source.slot}` : ""
    const output = app.nodeOutputs?.[locator(this.node)]?.[OUTPUT]
    if (output !== this.output) {
      this.output = output
      this.place = place
    }
    this.runs = output && place === this.place ? output : []
  }

  /** What cannot be loaded is not tried again and again. */
  show(address) {
    if (address === this.address) return
    this.address = address
    if (address) this.image.src = address
  }
}

/** What a node shows is what its first output brings; of the others nothing is known. */
const ownOutputOf = (source) => (source?.slot === 0 ? shownBy(source) : null)
