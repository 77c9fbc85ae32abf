/** Settings > PICPIK: accounts are set, cleared and tested. A key goes to the pack's own route and never comes back. */

import { app } from "../../scripts/app.js"
import { button, element, useStyles, write } from "./dom.js"
import { refreshModels, rereadModels } from "./model_choices.js"
import { loadPhrases, t, translate } from "./phrases.js"
import { read, send } from "./routes.js"
import { serviceReport } from "./service_report.js"

const ENDPOINTS = { international: "International (api.picpik.ai)", china: "China (api.picpikai.com)", sandbox: "Sandbox (local, free)" }
const SOURCES = { environment: "keys of the environment", saved: "saved keys", "not needed": "no keys needed", "not set": "no keys" }
const OWN_URL = "own"
const NEW = ""

app.registerExtension({
  name: "picpik.SettingsPanel",
  settings: [
    {
      id: "PICPIK.Accounts",
      name: "Accounts",
      category: ["PICPIK", "Accounts"],
      type: () => new Panel().root,
      defaultValue: "",
    },
  ],
  setup: useStyles,
})

class Panel {
  constructor() {
    this.content = element("div", { className: "picpik-panel-content" })
    // it stays in its place: a screen reader tells what changes in a region that it has met before
    this.message = element("div", { className: "picpik-message", role: "status" })
    this.report = element("div", { className: "picpik-panel-content" })
    this.root = element("div", { className: "picpik picpik-panel" }, this.content, this.message, this.report)
    this.open()
  }

  async open() {
    useStyles()
    await loadPhrases()
    await this.tried(async () => this.show(await read("accounts")))
  }

  /** Draws everything anew; `chosen` is the name of the account in the form, or NEW. The focus stays where it is. */
  show(status, chosen = status.default) {
    const focused = this.content.contains(document.activeElement) ? document.activeElement.dataset.part : null
    this.status = status
    this.account = status.accounts.find((each) => each.name === chosen)
    this.fields = fieldsOf(this.account, status.accounts.length, () => this.hintAtKeys())
    this.content.replaceChildren(
      inUse(status),
      this.accountChoice(),
      element("div", { className: "picpik-form" }, ...Object.values(this.fields).map(({ row }) => row)),
      this.buttons(),
    )
    for (const input of this.content.querySelectorAll(".picpik-form input, .picpik-form select, .picpik-change")) {
      input.disabled = !status.changeable
    }
    if (focused) this.focus(focused)
  }

  /** To that button or field, or to Save where it is gone. */
  focus(part) {
    const target = this.content.querySelector(`[data-part="${part}"]`) ?? this.content.querySelector(".picpik-first")
    target?.focus()
  }

  accountChoice() {
    const { accounts, default: usual } = this.status
    const options = accounts.map(({ name }) => option(name, name === usual ? t("{name} (default)", { name }) : name))
    const select = element("select", { ariaLabel: t("Account"), dataset: { part: "account" } }, ...options)
    select.append(option(NEW, t("New account…")))
    select.value = this.account?.name ?? NEW
    select.onchange = () => {
      this.show(this.status, select.value)
      this.message.replaceChildren() // it was about another account
      this.report.replaceChildren()
    }
    return row(t("Account"), select)
  }

  buttons() {
    const { account } = this
    const isUsual = account?.name === this.status.default
    return element(
      "div",
      { className: "picpik-actions" },
      this.button("save", t("Save"), () => this.save(), "picpik-change picpik-first"),
      this.button("test", t("Test connection"), () => this.test()),
      this.button("models", t("Refresh models"), () => this.models()),
      this.button("service", t("Service"), () => this.service()),
      account && !isUsual ? this.button("default", t("Make default"), () => this.makeDefault(), "picpik-change") : null,
      account?.keys_set ? this.button("clear", t("Clear keys"), () => this.clearKeys(), "picpik-change") : null,
      account ? this.button("remove", t("Remove account"), () => this.remove(), "picpik-change") : null,
    )
  }

  button(part, text, work, kind = "") {
    return button(text, () => this.tried(work, part), { className: `picpik-button ${kind}`, dataset: { part } })
  }

  async save() {
    const name = this.fields.name.value()
    const whose = this.account ? { name: this.account.name, new_name: name } : { name, create: true }
    await this.change("accounts", { ...whose, ...this.typed() }, name, t("Saved. It is used from the next run on."))
  }

  /** What was typed and is not saved yet, but for the name. */
  typed() {
    const { endpoint, public_key, private_key, proxy } = this.fields
    const typed = {}
    if (endpoint.changed()) typed.endpoint = endpoint.value()
    if (proxy.changed()) typed.proxy = proxy.value()
    if (public_key.changed() || private_key.changed()) {
      Object.assign(typed, { public_key: public_key.value(), private_key: private_key.value() })
    }
    return typed
  }

  /** Keys are for the address that they were given for. */
  hintAtKeys() {
    const { endpoint, proxy, keysHint } = this.fields
    const isOther = (endpoint.changed() && endpoint.value() !== "sandbox") || proxy.changed()
    const isNeeded = Boolean(this.account?.keys_set) && isOther
    keysHint.say(isNeeded ? t("The endpoint or the proxy is another one: give both keys anew.") : "")
  }

  makeDefault() {
    const { name } = this.account
    return this.change("accounts", { name, default: true }, name, t("Saved."))
  }

  async clearKeys() {
    const { name } = this.account
    const message = t("Both keys of “{name}” are deleted from this computer.", { name })
    if (!(await confirmed(t("Clear keys"), message))) return
    const body = { name, public_key: "", private_key: "" }
    await this.change("accounts", body, name, t("The keys were deleted from this computer."))
  }

  async remove() {
    const { name } = this.account
    const sentences = [
      t("“{name}” and its keys are deleted from this computer. Its tasks can then not be collected here.", { name }),
    ]
    const other = this.status.accounts.find((each) => each.name !== name)
    if (other && name === this.status.default) sentences.push(t("The default account is then “{name}”.", other))
    if (!(await confirmed(t("Remove account"), sentences.join("\n")))) return
    await this.change("accounts/remove", { name }, undefined, t("The account was removed."))
  }

  async change(route, body, chosen, said) {
    const status = await send(route, body)
    const known = status.accounts.some(({ name }) => name === chosen)
    this.show(status, known ? chosen : status.default)
    this.say(said, "well")
    const { set_aside: file } = status
    if (file) this.message.append(hint(t("The file that could not be read is kept as {file}.", { file })))
    rereadModels().catch(() => {}) // "Refresh models" says why
  }

  async test() {
    this.say(t("Checking…"))
    const { tested, note, findings } = await send("accounts/check", { name: this.account?.name ?? "", ...this.typed() })
    const lines = findings.map((finding) => line(finding.what, finding.do, finding.is_note))
    if (note) lines.unshift(line(note, ""))
    this.message.replaceChildren(hint(told(tested)), element("ul", { className: "picpik-findings" }, ...lines))
  }

  async models() {
    this.say(t("Checking…"))
    const { main, sub } = await refreshModels()
    this.say(t("{main} models and {sub} sub-models are offered.", { main: main.length, sub: sub.length }), "well")
  }

  async service() {
    const name = this.account?.name ?? ""
    this.say("")
    this.showReport(name, await read(`service_facts?name=${encodeURIComponent(name)}`))
  }

  showReport(name, known) {
    const act = (route, body, what) => this.tried(() => this.correct(name, route, body, what))
    const say = (text) => this.say(text, "well")
    const { changeable } = this.status
    this.report.replaceChildren(...serviceReport(known, { changeable, act, say }).filter((each) => each !== null))
  }

  /** Money hangs on it: it is asked once more, and said from when on it counts. */
  async correct(name, route, body, what) {
    const sentences = what
      ? [translate(what), t("From the next run on the pack acts accordingly. What was paid for stays as it is.")]
      : [t("From the next run on the pack assumes what it assumed at first.")]
    const title = what ? t("Correct") : t("Take corrections back")
    if (!(await confirmed(title, sentences.join("\n"), "default"))) return
    this.showReport(name, await send(route, { name, ...body }))
    this.say(t("Saved. It is used from the next run on."), "well")
  }

  /** Does one thing at a time, says why it failed, and leaves the focus on the button that it was asked for by. */
  async tried(work, part) {
    if (this.isBusy) return
    this.isBusy = true
    try {
      await work()
    } catch (error) {
      this.say(error.message, "trouble")
    } finally {
      this.isBusy = false
    }
    if (part && this.root.isConnected && document.activeElement === document.body) this.focus(part)
  }

  say(text, kind = "hint") {
    this.message.replaceChildren(element("div", { className: `picpik-${kind}`, textContent: text }))
  }
}

/** Cancel and Escape give null, which is a no. */
const confirmed = (title, message, type = "delete") => app.extensionManager.dialog.confirm({ title, message, type })

function inUse({ in_use, environment, changeable, trouble }) {
  const place = ENDPOINTS[in_use.endpoint] ? t(ENDPOINTS[in_use.endpoint]) : in_use.endpoint
  const words = [in_use.name, place, t(SOURCES[in_use.source])].filter(Boolean).join(" · ")
  const lines = [element("div", { className: "picpik-in-use" }, `${t("In use:")} `, element("b", { textContent: words }))]
  if (environment.length) {
    const names = environment.join(", ")
    lines.push(hint(t("The environment sets {names} and wins over what is saved here.", { names })))
  }
  if (!changeable) {
    lines.push(hint(t("This ComfyUI has several users: whoever runs the server sets the keys.")))
  }
  if (trouble) {
    lines.push(element("div", { className: "picpik-trouble", textContent: translate(trouble.what) }))
    lines.push(hint(translate(trouble.do)))
  }
  return element("div", {}, ...lines)
}

function told({ typed, name, source }) {
  if (typed) return t("Tested: what is typed here and not saved yet.")
  if (name) return t("Tested: the saved account “{name}”.", { name })
  return source === "environment" ? t("Tested: the keys of the environment.") : t("Tested: what is in use.")
}

const hint = (text) => element("div", { className: "picpik-hint", textContent: text })

function fieldsOf(account, count, changed) {
  const keys = account?.keys_set
    ? t("set, last changed {date}", { date: new Date(account.changed * 1000).toLocaleString() })
    : t("not set")
  const fields = {
    name: textField("name", t("Name"), account?.name ?? (count ? "" : "Default")),
    endpoint: endpointField(account?.endpoint ?? "international"),
    public_key: textField("public_key", "PublicKey", "", keys, "password"),
    private_key: textField("private_key", "PrivateKey", "", keys, "password"),
    keysHint: hintUnder("picpik-keys-hint"),
    proxy: textField("proxy", t("Proxy"), account?.proxy ?? "", t("none, or http://host:port, socks5://host:port")),
    proxyHint: hintUnder("picpik-proxy-hint", account?.proxy_has_login ? t("Its login is kept and not shown.") : ""),
  }
  for (const key of [fields.public_key, fields.private_key]) describe(key.input, fields.keysHint)
  describe(fields.proxy.input, fields.proxyHint)
  for (const { row } of [fields.endpoint, fields.proxy]) row.addEventListener("input", changed)
  return fields
}

function textField(part, label, value, placeholder = "", type = "text") {
  const autocomplete = type === "password" ? "new-password" : "off"
  const input = element("input", { type, value, placeholder, autocomplete, spellcheck: false, dataset: { part } })
  return { input, row: row(label, input), value: () => input.value.trim(), changed: () => input.value.trim() !== value }
}

/** A sentence under a field, as long as there is something to say. */
function hintUnder(id, textContent = "") {
  const text = element("div", { id, className: "picpik-hint picpik-under", role: "status", textContent })
  return { row: text, say: (sentence) => write(text, sentence) }
}

const describe = (input, { row }) => input.setAttribute("aria-describedby", row.id)

function endpointField(saved) {
  const choices = Object.entries(ENDPOINTS).map(([value, text]) => option(value, t(text)))
  const select = element("select", { ariaLabel: t("Endpoint"), dataset: { part: "endpoint" } }, ...choices)
  select.append(option(OWN_URL, t("Another address…")))
  const url = element("input", { type: "url", placeholder: "https://", ariaLabel: t("Address"), dataset: { part: "url" } })
  select.value = saved in ENDPOINTS ? saved : OWN_URL
  url.value = select.value === OWN_URL ? saved : ""
  const showUrl = () => (url.hidden = select.value !== OWN_URL)
  select.onchange = showUrl
  showUrl()
  const value = () => (select.value === OWN_URL ? url.value.trim() : select.value)
  const stack = element("div", { className: "picpik-stack" }, select, url)
  return { row: row(t("Endpoint"), stack), value, changed: () => value() !== saved }
}

const row = (label, input) =>
  element("label", { className: "picpik-row" }, element("span", { textContent: label }), input)

const option = (value, textContent) => element("option", { value, textContent })

function line(what, advice, isNote = false) {
  const toDo = advice ? element("div", { className: "picpik-advice", textContent: translate(advice) }) : null
  const kind = isNote ? "differs" : advice ? "trouble" : "well"
  return element("li", { className: `picpik-${kind}` }, translate(what), toDo)
}
