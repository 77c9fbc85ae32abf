/**
 * The picture that comes into `raw_image` of a node, as far as the page can know it: the file that Load Image has
 * chosen, else what the node got when it last ran (the pack keeps a small copy), else what its source shows.
 */

import { api } from "../../scripts/api.js"
import { executionId, rootGraph, sourceOf } from "./graph_places.js"
import { chosenFile, shownBy } from "./upstream_picture.js"

const INPUT = "raw_image"
const ENDS = ["execution_success", "execution_error", "execution_interrupted"]
const NO_ID = "00000000-0000-0000-0000-000000000000"
const KEPT = "picpik.raw_image"

const opened = new Set()
for (const event of [...ENDS, KEPT]) {
  api.addEventListener(event, () => opened.forEach((picture) => (picture.isStale = true)))
}

export class RawPicture {
  constructor(node, changed) {
    this.node = node
    this.changed = changed
    this.image = new Image()
    this.image.onload = this.image.onerror = changed
    this.address = null
    this.kept = null
    this.isStale = true
  }

  open() {
    opened.add(this)
  }

  close() {
    opened.delete(this)
    this.keep(null)
  }

  get isLinked() {
    return this.isReady || Boolean(sourceOf(this.node, INPUT))
  }

  get isReady() {
    return Boolean(this.address && this.image.complete && this.image.naturalWidth)
  }

  /** Pixels of the picture itself, whatever the size of the copy that is shown. */
  get size() {
    return this.address === this.kept?.address
      ? [this.kept.width, this.kept.height]
      : [this.image.naturalWidth, this.image.naturalHeight]
  }

  /** Looks anew at what is upstream, as that changes without telling. */
  look() {
    const source = sourceOf(this.node, INPUT)
    const place = source ? `${executionId(this.node)} ${executionId(source.node)} ${source.slot}` : ""
    if (place !== this.place) {
      this.place = place
      this.isStale = true
      this.keep(null)
    }
    if (source && this.isStale) this.ask(place)
    this.show(chosenFile(source) ?? this.kept?.address ?? shownBy(source))
  }

  /** What cannot be loaded is not tried again and again: it has no size, and so is not ready. */
  show(address = null) {
    if (address === this.address) return
    this.address = address
    if (address) this.image.src = address
    this.changed()
  }

  /** Asks for what the node got when it last ran. A server that is away is asked again after the next run. */
  async ask(place) {
    this.isStale = false
    const query = new URLSearchParams({ workflow: workflowId(), node: executionId(this.node) })
    const answer = await api.fetchApi(`/picpik/raw_images?${query}`).catch(() => null)
    if (answer?.status !== 200) return
    const [width, height] = answer.headers.get("X-Picture-Size").split("x").map(Number)
    const copy = await answer.blob()
    if (place === this.place) this.keep({ address: URL.createObjectURL(copy), width, height })
  }

  keep(kept) {
    if (this.kept) URL.revokeObjectURL(this.kept.address)
    this.kept = kept
  }
}

/** A workflow that was never saved may have none of its own; then it is the one of this page. */
function workflowId() {
  const { id } = rootGraph()
  return !id || id === NO_ID ? api.clientId : id
}
