/** One paid task in the list: its pictures and texts, what it cost, and what can still be done with it. */

import { app } from "../../scripts/app.js"
import { copyText } from "./clipboard.js"
import { button, element, hold, write } from "./dom.js"
import { addPictureToGraph } from "./picture_node.js"
import { t, translate } from "./phrases.js"
import { readPicture, send } from "./routes.js"
import { Thumbnail } from "./thumbnail.js"

/** Actions whose node has another name; all others are called as their nodes are. */
const TITLES = { GeneratePatternsFromImage: "Extract Pattern" }
const STATES = {
  submitting: "being sent",
  looking: "being looked for",
  submitted: "in progress",
  finished: "downloading",
  stored: "ready",
  delivered: "done",
  failed: "failed",
  unknown: "unclear",
}

export class TaskCard {
  /** `onCollect` is called when its pictures are being fetched. */
  constructor(onCollect) {
    this.onCollect = onCollect
    this.pictures = element("div")
    this.texts = element("div", { className: "picpik-texts" })
    this.name = element("span")
    this.state = element("span")
    this.title = element("div", { className: "picpik-title" }, this.name, this.state)
    this.facts = element("div", { className: "picpik-facts" })
    this.trouble = element("div", { className: "picpik-trouble" })
    this.actions = element("div", { className: "picpik-actions", role: "group" })
    this.add = button(t("Add to graph"), () => this.addToGraph(this.task.pictures[0]))
    this.collect = button(t("Collect"), () => this.collectPictures())
    this.copy = button(t("Copy TaskUID"), () => this.copyTaskUid())
    this.thumbnails = new Map()
    this.root = element("li", { className: "picpik-task" })
  }

  /** Changes what is different now. */
  show(task) {
    this.task = task
    const hadFocus = this.root.contains(document.activeElement)
    const title = t(titleOf(task.action))
    const isTroubled = task.state === "failed" || task.state === "unknown"
    this.root.dataset.taskUid = this.copy.title = task.task_uid ?? ""
    this.actions.ariaLabel = title
    this.showPictures(title)
    this.showTexts()
    write(this.name, title)
    write(this.state, t(STATES[task.state]))
    this.state.className = `picpik-state picpik-${task.state}`
    write(this.facts, factsOf(task).join(" · "))
    write(this.trouble, isTroubled ? translate(task.message) : "")
    hold(
      this.actions,
      task.pictures.length ? this.add : null,
      task.collectable ? this.collect : null,
      task.task_uid ? this.copy : null,
    )
    hold(this.root, this.pictures, this.texts, this.title, this.facts, this.trouble, this.actions)
    if (hadFocus && !this.root.contains(document.activeElement)) this.root.querySelector("button")?.focus()
  }

  close() {
    for (const thumbnail of this.thumbnails.values()) thumbnail.close()
  }

  showPictures(title) {
    const { pictures } = this.task
    for (const [index, thumbnail] of this.thumbnails) {
      if (pictures.includes(index)) continue
      thumbnail.close()
      this.thumbnails.delete(index)
    }
    this.pictures.className = pictures.length > 1 ? "picpik-pictures picpik-several" : "picpik-pictures"
    hold(this.pictures, ...pictures.map((index) => this.thumbnail(index, title).root))
  }

  thumbnail(index, title) {
    if (!this.thumbnails.has(index)) {
      const name = t("Add picture {number} of {title} to the graph", { number: index + 1, title })
      this.thumbnails.set(index, new Thumbnail(this.task, index, name, () => this.addToGraph(index)))
    }
    return this.thumbnails.get(index)
  }

  /** A text that has come does not change any more. */
  showTexts() {
    if (this.texts.children.length === this.task.texts.length) return
    // of a long one a part is seen, and the keyboard can scroll only what can have the focus
    const made = this.task.texts.map((textContent) => element("p", { className: "picpik-text", textContent, tabIndex: 0 }))
    this.texts.replaceChildren(...made)
  }

  addToGraph(index) {
    return tried(async () => addPictureToGraph(await readPicture(this.task, index), `${this.task.task_uid}-${index}`))
  }

  async collectPictures() {
    await tried(() => send("tasks/collect", { id: this.task.id }))
    this.onCollect()
  }

  copyTaskUid() {
    const uid = this.task.task_uid
    return tried(async () => {
      await copyText(uid)
      app.extensionManager.toast.add({ severity: "success", summary: t("Copied"), detail: uid, life: 2500 })
    })
  }
}

function titleOf(action) {
  return TITLES[action] ?? (action.replace(/([a-z])([A-Z])/g, "$1 $2") || "Task")
}

function factsOf(task) {
  const size = task.width ? `${task.width} × ${task.height}` : ""
  const count = task.batch_size > 1 ? t("{count} pictures", { count: task.batch_size }) : ""
  const credits = task.credits === null ? "" : t("{credits} credits", { credits: task.credits })
  return [age(task.created), credits, size, count, task.account].filter(Boolean)
}

function age(since) {
  const minutes = Math.floor((Date.now() / 1000 - since) / 60)
  if (minutes < 1) return t("just now")
  if (minutes < 60) return t("{minutes} min ago", { minutes })
  if (minutes < 48 * 60) return t("{hours} h ago", { hours: Math.floor(minutes / 60) })
  return t("{days} days ago", { days: Math.floor(minutes / 1440) })
}

async function tried(work) {
  try {
    await work()
  } catch (error) {
    app.extensionManager.toast.add({ severity: "error", summary: "PICPIK", detail: error.message, life: 10000 })
  }
}
