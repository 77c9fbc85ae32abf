/** A widget of the pack's own that is as high as what stands in it, and away where there is nothing to see. */

import { element } from "./dom.js"
import { takePlace } from "./element_places.js"
import { makeRoom, MARGIN } from "./widget_places.js"

export class SideWidget {
  /** What it is to hold stands in `place`. App mode has the label above it. */
  constructor(node, name, label, className) {
    this.node = node
    this.height = 0
    this.place = element("div", { className })
    this.root = element("div", { className: "picpik picpik-side" }, this.place)
    const height = () => this.height && this.height + 2 * MARGIN
    const options = { serialize: false, getMinHeight: height, getMaxHeight: height, margin: MARGIN, hideOnZoom: false }
    this.widget = node.addDOMWidget(name, name, this.root, options)
    this.widget.serialize = false
    this.widget.label = label
  }

  /** Whatever its height depends on, besides what is shown; looked at again and again. */
  look() {
    takePlace(this.node, this.widget.name, this.root)
    const { clientWidth, clientHeight } = this.place
    return [Boolean(LiteGraph.vueNodesMode), clientWidth, clientHeight]
  }

  /** Fits the height to what is shown; what is out of sight has none, and keeps the last one. */
  fit(isShown) {
    this.root.hidden = !isShown
    const height = isShown ? this.place.offsetHeight || this.height : 0
    if (height === this.height) return
    this.height = height
    this.root.style.minHeight = `${height}px`
    makeRoom(this.node)
  }
}
