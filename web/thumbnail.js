/** A stored picture in small: a button, whose picture is fetched when it first comes into view. */

import { element } from "./dom.js"
import { readPicture } from "./routes.js"

export class Thumbnail {
  /** `name` says what a click does. */
  constructor(task, index, name, onclick) {
    this.image = element("img", { alt: "" })
    this.root = element(
      "button",
      { type: "button", className: "picpik-picture", ariaLabel: name, title: name, onclick },
      this.image,
    )
    const comesIntoView = ([{ isIntersecting }]) => isIntersecting && this.load(task, index)
    this.sight = new IntersectionObserver(comesIntoView, { scrollMargin: "300px" })
    this.sight.observe(this.root)
  }

  async load(task, index) {
    this.sight.disconnect()
    try {
      const picture = await readPicture(task, index, "?thumbnail")
      if (this.isClosed) return
      this.url = URL.createObjectURL(picture)
      this.image.src = this.url
    } catch (error) {
      this.image.replaceWith(element("span", { className: "picpik-hint", textContent: error.message }))
    }
  }

  close() {
    this.isClosed = true
    this.sight.disconnect()
    if (this.url) URL.revokeObjectURL(this.url)
  }
}
