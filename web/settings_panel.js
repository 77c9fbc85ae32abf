/** Settings > PICPIK: accounts are set, cleared and tested. A key goes to the pack's own route and never comes back. */

import { app } from "../../scripts/app.js"
import { button, element, useStyles } from "./dom.js"
import { refreshModels } from "./model_choices.js"
import { loadPhrases, t, translate } from "./phrases.js"
import { read, send } from "./routes.js"

const ENDPOINTS = { international: "International (api.picpik.ai)", china: "China (api.picpikai.com)", sandbox: "Sandbox (local, free)" }
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
    this.root = element("div", { className: "picpik picpik-panel" })
    this.message = element("div", { className: "picpik-message" })
    this.open()
  }

  async open() {
    useStyles()
    await loadPhrases()
    await this.tried(async () => this.show(await read("accounts")))
  }

  /** Draws everything anew; `chosen` is the name of the account in the form, or NEW. */
  show(status, chosen = status.default) {
    this.status = status
    this.chosen = chosen
    const account = status.accounts.find((each) => each.name === chosen)
    this.fields = fieldsOf(account, status.accounts.length)
    this.root.replaceChildren(
      inUse(status),
      this.accountChoice(),
      element("div", { className: "picpik-form" }, ...Object.values(this.fields).map(({ row }) => row)),
      this.buttons(account),
      this.message,
    )
    for (const input of this.root.querySelectorAll(".picpik-form input, .picpik-form select, .picpik-change")) {
      input.disabled = !status.changeable
    }
  }

  accountChoice() {
    const { accounts, default: usual } = this.status
    const options = accounts.map(({ name }) => option(name, name === usual ? t("{name} (default)", { name }) : name))
    const select = element("select", { ariaLabel: t("Account") }, ...options, option(NEW, t("New account…")))
    select.value = this.chosen
    select.onchange = () => this.show(this.status, select.value)
    return element("label", { className: "picpik-row" }, element("span", { textContent: t("Account") }), select)
  }

  buttons(account) {
    const { default: usual } = this.status
    const change = { className: "picpik-button picpik-change" }
    return element(
      "div",
      { className: "picpik-actions" },
      button(t("Save"), () => this.save(), { className: "picpik-button picpik-change picpik-first" }),
      button(t("Test connection"), () => this.test()),
      button(t("Refresh models"), () => this.models()),
      account && account.name !== usual ? button(t("Make default"), () => this.makeDefault(), change) : null,
      account?.keys_set ? button(t("Clear keys"), () => this.clearKeys(), change) : null,
      account ? button(t("Remove account"), () => this.remove(), change) : null,
    )
  }

  async save() {
    const { name, endpoint, public_key, private_key, proxy } = this.fields
    const body = { name: this.chosen || name.value(), new_name: name.value(), endpoint: endpoint.value() }
    if (public_key.value() || private_key.value()) {
      Object.assign(body, { public_key: public_key.value(), private_key: private_key.value() })
    }
    if (proxy.changed()) body.proxy = proxy.value()
    await this.change("accounts", body, body.new_name || body.name, t("Saved. It is used from the next run on."))
  }

  makeDefault = () => this.change("accounts", { name: this.chosen, default: true }, this.chosen, t("Saved."))

  clearKeys() {
    const body = { name: this.chosen, public_key: "", private_key: "" }
    return this.change("accounts", body, this.chosen, t("The keys were deleted from this computer."))
  }

  remove = () => this.change("accounts/remove", { name: this.chosen }, undefined, t("The account was removed."))

  async change(route, body, chosen, said) {
    await this.tried(async () => {
      const status = await send(route, body)
      const known = status.accounts.some(({ name }) => name === chosen)
      this.show(status, known ? chosen : status.default)
      this.say(said, "well")
    })
  }

  async test() {
    this.say(t("Checking…"))
    await this.tried(async () => {
      const { note, findings } = await send("accounts/check", { name: this.chosen })
      const lines = findings.map((finding) => line(finding.what, finding.do))
      if (note) lines.unshift(line(note, ""))
      this.message.replaceChildren(element("ul", { className: "picpik-findings" }, ...lines))
    })
  }

  async models() {
    this.say(t("Checking…"))
    await this.tried(async () => {
      const { main, sub } = await refreshModels()
      this.say(t("{main} models and {sub} sub-models are offered.", { main: main.length, sub: sub.length }), "well")
    })
  }

  async tried(work) {
    try {
      await work()
    } catch (error) {
      this.say(error.message, "trouble")
      if (!this.message.isConnected) this.root.append(this.message)
    }
  }

  say(text, kind = "hint") {
    this.message.replaceChildren(element("div", { className: `picpik-${kind}`, textContent: text }))
  }
}

function inUse({ in_use, environment, changeable, trouble }) {
  const place = ENDPOINTS[in_use.endpoint] ? t(ENDPOINTS[in_use.endpoint]) : in_use.endpoint
  const source = { environment: "keys of the environment", saved: "saved keys", "not needed": "no keys needed", "not set": "no keys" }
  const words = [in_use.name, place, t(source[in_use.source])].filter(Boolean).join(" · ")
  const lines = [element("div", { className: "picpik-in-use" }, `${t("In use:")} `, element("b", { textContent: words }))]
  if (environment.length) {
    const names = environment.join(", ")
    lines.push(hint(t("The environment sets {names} and wins over what is saved here.", { names })))
  }
  if (!changeable) {
    lines.push(hint(t("This ComfyUI has several users: whoever runs the server sets the keys.")))
  }
  if (trouble) lines.push(element("div", { className: "picpik-trouble", textContent: translate(trouble.what) }))
  return element("div", {}, ...lines)
}

const hint = (text) => element("div", { className: "picpik-hint", textContent: text })

function fieldsOf(account, count) {
  const keys = account?.keys_set
    ? t("set, last changed {date}", { date: new Date(account.changed * 1000).toLocaleString() })
    : t("not set")
  return {
    name: textField(t("Name"), account?.name ?? (count ? "" : "Default"), ""),
    endpoint: endpointField(account?.endpoint ?? "international"),
    public_key: textField("PublicKey", "", keys, "password"),
    private_key: textField("PrivateKey", "", keys, "password"),
    proxy: textField(t("Proxy"), account?.proxy ?? "", t("none, or http://host:port")),
  }
}

function textField(label, value, placeholder, type = "text") {
  const input = element("input", { type, value, placeholder, autocomplete: type === "password" ? "new-password" : "off" })
  input.spellcheck = false
  return { row: row(label, input), value: () => input.value.trim(), changed: () => input.value.trim() !== value }
}

function endpointField(chosen) {
  const select = element("select", {}, ...Object.entries(ENDPOINTS).map(([value, text]) => option(value, t(text))))
  select.append(option(OWN_URL, t("Another address…")))
  const url = element("input", { type: "url", placeholder: "https://", ariaLabel: t("Address") })
  select.value = chosen in ENDPOINTS ? chosen : OWN_URL
  url.value = select.value === OWN_URL ? chosen : ""
  const showUrl = () => (url.hidden = select.value !== OWN_URL)
  select.onchange = showUrl
  showUrl()
  return {
    row: row(t("Endpoint"), element("div", { className: "picpik-stack" }, select, url)),
    value: () => (select.value === OWN_URL ? url.value.trim() : select.value),
  }
}

const row = (label, input) =>
  element("label", { className: "picpik-row" }, element("span", { textContent: label }), input)

const option = (value, textContent) => element("option", { value, textContent })

function line(what, advice) {
  const trouble = advice ? element("div", { className: "picpik-advice", textContent: translate(advice) }) : null
  return element("li", { className: advice ? "picpik-trouble" : "picpik-well" }, translate(what), trouble)
}
