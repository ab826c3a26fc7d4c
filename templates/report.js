
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = id => document.getElementById(id);

  // --- building blocks: every value becomes a text node, so that markup in a value stays text ---------------------------------------
  function el(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === undefined || value === null || value === false) continue;
      if (name === "class") node.className = value;
      else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children.flat().filter(child => child !== null && child !== undefined && child !== ""));
    return node;
  }
  function svg(tag, attributes, ...children) {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes || {})) if (value !== null && value !== undefined) node.setAttribute(name, value);
    node.append(...children);
    return node;
  }
  const LABELS = {
    member_name: "Member name", member_id: "Member ID", member_dob: "Date of birth", member_phone: "Member phone", provider_name: "Provider", provider_npi: "NPI",
    provider_phone: "Provider phone", provider_fax: "Provider fax", request_date: "Date of request", missed_appointments: "Missed appointments",
    letter_date: "Date of the letter", letter_language: "Language of the letter", reasons: "Reasons",
  };
  const label = id => LABELS[id] || (id.charAt(0).toUpperCase() + id.slice(1)).replace(/[_-]/g, " ");
  const titles = new Map(data.reasons.map(reason => [reason.id, reason.title]));
  const CHOICES = {
    narrative: ["present", "blank"], signature: ["present", "blank"], letter: ["attached", "missing"], letter_language: ["en", "es", "hmn"],
  };
  const DATES = new Set(["member_dob", "request_date", "letter_date"]);
  const KINDS = ["letter", "medication-agreement", "appointment-log", "chart-notes", "proof-of-mailing", "cover", "blank", "junk"];
  const ORDER = ["deficient", "review", "unreadable", "duplicate", "complete"];
  const count = (number, one, many) => number + " " + (number === 1 ? one : many || one + "s");

  // --- requests, with what filters and sorting look at --------------------------------------------------------------------------------
  const requests = data.requests.map((request, index) => {
    const row = request.row;
    const codes = [...row.deficiencies, ...row.warnings];
    const office = row.provider_name || row.provider_fax || "";
    const text = [...Object.values(row).flat(), ...request.fields.map(field => field.value)].join(" ").toLowerCase();
    return { ...request, index, id: row.request_id, key: "r" + index, codes, office, text, urgent: row.priority === "urgent" };
  });
  const edits = new Map();
  let saved = "";
  let current = null;
  let shown = requests;

  // --- overview -------------------------------------------------------------------------------------------------------------------------
  function tally(lists) {
    const numbers = new Map();
    for (const name of lists) numbers.set(name, (numbers.get(name) || 0) + 1);
    return numbers;
  }
  function bars(numbers, control) {
    const most = Math.max(1, ...numbers.map(([, number]) => number));
    const rows = numbers.map(([name, number]) => el("button", { type: "button", "aria-label": `${name}: ${number}. Show only these`, onclick: () => { byId(control).value = name; apply(); } },
      el("span", { class: "name" + (control === "status" ? " status " + name : "") }, name),
      svg("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" }, svg("rect", { x: 0, y: 0, width: Math.max(1, 100 * number / most), height: 10, rx: 1 })),
      el("span", { class: "number" }, String(number))));
    return el("div", { class: "bars" }, rows);
  }
  function overview() {
    const statuses = tally(requests.map(request => request.row.status));
    const missing = [...tally(requests.flatMap(request => request.row.deficiencies))].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
    const known = ORDER.filter(name => statuses.has(name)).map(name => [name, statuses.get(name)]);
    const place = byId("overview");
    place.append(el("div", { class: "card" }, el("h2", {}, "Requests by status"), known.length ? bars(known, "status") : el("p", { class: "quiet" }, "No request tonight.")));
    place.append(el("div", { class: "card" }, el("h2", {}, "What is missing or wrong"),
      missing.length ? bars(missing.slice(0, 8), "code") : el("p", { class: "quiet" }, "Nothing: no request has to go back."),
      missing.length > 8 ? el("p", { class: "quiet" }, `and ${count(missing.length - 8, "other code")}, in the filter below`) : null));
    if (data.since) {
      const names = [...new Set([...ORDER.filter(name => statuses.has(name) || data.since.by_status[name])])];
      const codes = [...new Set([...missing.map(([name]) => name), ...Object.keys(data.since.by_deficiency)])]
        .map(name => [name, (new Map(missing)).get(name) || 0, data.since.by_deficiency[name] || 0])
        .filter(([, now, then]) => now !== then).sort((a, b) => Math.abs(b[1] - b[2]) - Math.abs(a[1] - a[2])).slice(0, 3);
      const change = (now, then) => now === then ? "same" : (now > then ? "+" : "−") + Math.abs(now - then);
      const line = (name, now, then) => el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, String(now)), el("td", {}, String(then)), el("td", {}, change(now, then)));
      const again = requests.filter(request => request.earlier).length;
      place.append(el("div", { class: "card" }, el("h2", {}, "Since the run of " + data.since.as_of),
        el("table", { class: "since" }, el("thead", {}, el("tr", {}, ...["", "now", "then", "change"].map(name => el("th", { scope: "col" }, name || el("span", { class: "skip" }, "status"))))),
          el("tbody", {}, names.map(name => line(name, statuses.get(name) || 0, data.since.by_status[name] || 0)), codes.map(code => line(...code)))),
        el("p", { class: "quiet" }, again ? `${count(again, "request")} came before on an earlier night.` : "No request came before on an earlier night.")));
    }
    const urgent = requests.filter(request => request.urgent).length;
    byId("headline").textContent = [count(requests.length, "request"), urgent ? `${urgent} urgent` : null,
      `${statuses.get("deficient") || 0} to send back`, `${statuses.get("review") || 0} to look at`, "rules " + data.rules].filter(Boolean).join(" · ");
    const options = (id, names) => byId(id).append(...names.map(name => el("option", {}, name)));
    options("status", known.map(([name]) => name));
    options("code", [...new Set(requests.flatMap(request => request.codes))].sort());
    options("office", [...new Set(requests.map(request => request.office))].filter(Boolean).sort((a, b) => a.localeCompare(b)));
  }

  // --- the queue ------------------------------------------------------------------------------------------------------------------------
  const rank = new Map(ORDER.map((name, index) => [name, index]));
  const SORTS = {
    todo: (a, b) => b.urgent - a.urgent || rank.get(a.row.status) - rank.get(b.row.status) || a.index - b.index,
    file: (a, b) => a.index - b.index,
    received: (a, b) => a.row.received_at.localeCompare(b.row.received_at) || a.index - b.index,
    member: (a, b) => !a.row.member_name - !b.row.member_name || a.row.member_name.localeCompare(b.row.member_name) || a.index - b.index,
    office: (a, b) => !a.office - !b.office || a.office.localeCompare(b.office) || a.index - b.index,
    confidence: (a, b) => (a.row.confidence === "") - (b.row.confidence === "") || a.row.confidence - b.row.confidence || a.index - b.index,
  };
  function todo(request) {
    const lines = request.findings.filter(found => found.answer === "not met" && found.severity !== "note");
    const items = lines.slice(0, 3).map(found => el("li", {}, found.note));
    if (lines.length > 3) items.push(el("li", { class: "why" }, `and ${lines.length - 3} more`));
    if (request.row.review_fields.length) items.push(el("li", { class: "why" }, "Look at: " + request.row.review_fields.map(label).join(", ").toLowerCase()));
    if (!items.length) items.push(el("li", { class: "why" }, request.row.status === "duplicate" ? "Came before." : "Nothing missing."));
    return el("ul", { class: "todo" }, items);
  }
  function requestRow(request) {
    const row = request.row;
    const opener = el("button", { type: "button", class: "opener", "aria-expanded": "false", "aria-controls": request.key + "-detail" }, row.member_name || (request.office ? "Office: " + request.office : row.source_file));
    const line = el("tr", { class: "request", id: request.key },
      el("td", {}, el("span", { class: "status " + row.status }, row.status), request.urgent ? [el("br"), el("span", { class: "urgent" }, "urgent")] : null, el("div", { class: "edited" })),
      el("td", {}, opener, el("div", { class: "mono quiet" }, row.member_id)),
      el("td", {}, request.office, el("div", { class: "quiet" }, row.provider_fax && row.provider_fax !== request.office ? "fax " + row.provider_fax : "")),
      el("td", {}, row.received_at.slice(0, 10), el("div", { class: "quiet" }, row.received_at.slice(11, 16))),
      el("td", {}, todo(request)),
      el("td", { class: "sure" }, row.confidence === "" ? "–" : row.confidence + " %"));
    line.addEventListener("click", event => { if (!event.target.closest("a")) toggle(request); });
    request.line = line;
    request.opener = opener;
    mark(request);
    return line;
  }
  function apply() {
    const words = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const [status, code, office, from, to] = ["status", "code", "office", "from", "to"].map(id => byId(id).value);
    shown = requests.filter(request => (!status || request.row.status === status) && (!code || request.codes.includes(code)) && (!office || request.office === office)
      && (!from || request.row.received_at.slice(0, 10) >= from) && (!to || (request.row.received_at && request.row.received_at.slice(0, 10) <= to))
      && words.every(word => request.text.includes(word))).sort(SORTS[byId("sort").value]);
    byId("shown").textContent = shown.length === requests.length ? count(shown.length, "request") : `${shown.length} of ${count(requests.length, "request")}`;
    const place = byId("queue");
    place.replaceChildren();
    if (!shown.length) {
      place.append(el("div", { class: "empty" }, el("p", {}, requests.length ? "No request fits these filters." : "The inbox held no fax: there is nothing to do."),
        requests.length ? el("button", { type: "button", onclick: reset }, "Show all requests") : null));
      return;
    }
    const body = el("tbody");
    for (const request of shown) {
      body.append(request.line || requestRow(request));
      if (request.detail) body.append(request.detail);
    }
    place.append(el("table", { class: "rows" }, el("caption", { class: "skip" }, "The queue; each row opens to what was read and why"),
      el("thead", {}, el("tr", {}, ...[["status", "Status"], ["member", "Member"], ["office", "Office"], ["received", "Received"], ["todo", "What to do"], ["sure", "Sure"]]
        .map(([name, title]) => el("th", { scope: "col", class: "c-" + name + (name === "sure" ? " sure" : "") }, title)))), body));
    for (const request of shown) if (request.detail) layOut(request);
  }
  function reset() {
    for (const id of ["search", "status", "code", "office", "from", "to"]) byId(id).value = "";
    apply();
  }
  function makeCurrent(request, focus) {
    if (current && current.line) current.line.classList.remove("current");
    current = request;
    request.line.classList.add("current");
    if (focus) { request.opener.focus({ preventScroll: true }); request.line.scrollIntoView({ block: "nearest" }); }
  }
  function toggle(request, open) {
    makeCurrent(request, false);
    const opened = Boolean(request.detail);
    if (open === opened) return;
    if (opened) {
      request.detail.remove();
      request.detail = null;
    } else {
      request.detail = detailRow(request);
      request.line.after(request.detail);
      layOut(request);
    }
    request.line.classList.toggle("open", !opened);
    request.opener.setAttribute("aria-expanded", String(!opened));
  }
  function goTo(id) {
    const request = typeof id === "object" ? id : requests.find(other => other.id === id && !other.row.duplicate_of) || requests.find(other => other.id === id);
    if (!request) return false;
    if (!shown.includes(request)) reset();
    toggle(request, true);
    makeCurrent(request, true);
    request.line.scrollIntoView({ block: "start" });
    return true;
  }

  // --- a request in full ----------------------------------------------------------------------------------------------------------------
  function detailRow(request) {
    const row = request.row;
    const link = id => !request.earlier && requests.some(other => other.id === id) ? el("a", { href: "#" + id, onclick: event => { event.preventDefault(); goTo(id); } }, id) : el("span", { class: "mono" }, id + " (an earlier night)");
    const copies = row.duplicate_of ? [] : requests.filter(other => other.row.duplicate_of === request.id);
    const remark = (edits.get(request.id) || new Map()).get("");
    const facts = el("div", { class: "facts" },
      row.explanation ? el("p", { class: "lead" }, row.explanation) : null,
      el("p", {}, el("span", { class: "quiet" }, "File "), row.source_file, row.pages ? ", pages " + row.pages : ""),
      el("p", {}, el("span", { class: "quiet" }, "Request "), el("span", { class: "mono" }, request.id)),
      row.form ? el("p", {}, el("span", { class: "quiet" }, "Form "), row.form) : null,
      row.duplicate_of ? el("p", {}, el("span", { class: "quiet" }, "Same as "), link(row.duplicate_of)) : null,
      copies.length ? el("p", {}, el("span", { class: "quiet" }, "Came again as "), copies.flatMap((other, index) => [index ? ", " : "", el("a", { href: "#" + other.id, onclick: event => { event.preventDefault(); goTo(other); } }, other.row.source_file)])) : null,
      row.notes.length ? el("p", {}, el("span", { class: "quiet" }, "Notes "), row.notes.join(", ")) : null,
      el("p", {}, el("button", { type: "button", onclick: () => copy(request) }, "Copy as text")));
    const left = el("div", {}, fieldsPart(request), marksPart(request), papersPart(request), rulesPart(request),
      el("section", {}, el("h2", {}, "Your remark"), el("div", { class: "fix" },
        el("input", { type: "text", "aria-label": "Remark about this request", value: remark ? remark.remark : "", oninput: event => edit(request, "", event.target.value ? { value: "", remark: event.target.value } : null) }),
        el("label", {}, el("input", { type: "checkbox", class: "checked-by-hand", checked: Boolean((edits.get(request.id) || new Map()).get("reviewed")), onchange: event => edit(request, "reviewed", event.target.checked ? { value: "yes", remark: "" } : null) }), " I looked at every value; the others are right"))));
    const detail = el("tr", { class: "detail", id: request.key + "-detail" }, el("td", { colspan: "6" }, el("div", { class: "inside" }, facts, left, el("div", {}, viewer(request)))));
    detail.addEventListener("focusin", event => highlight(request, event.target.closest("[data-zone]")));
    detail.addEventListener("mouseover", event => highlight(request, event.target.closest("[data-zone]")));
    return detail;
  }
  /// A window onto the picture of the page: at full size its pixels are those of the page.
  function crop(request, page, box, name) {
    const sheet = request.pages.find(other => other.page === page);
    if (!sheet || !sheet.image || !box) return null;
    const window = el("div", { class: "crop", role: "img", "aria-label": name + ", as it stands on page " + page });
    window.append(el("img", { src: sheet.image, alt: "", loading: "lazy", decoding: "async" }));
    window.fit = room => {
      const left = Math.max(0, box[0] - 4), top = Math.max(0, box[1] - 4);
      const width = Math.min(sheet.width - left, box[2] + 8), height = Math.min(sheet.height - top, box[3] + 8);
      const scale = Math.min(1, room / width);
      window.style.width = width * scale + "px";
      window.style.height = height * scale + "px";
      const picture = window.firstChild;
      picture.style.width = sheet.width * scale + "px";
      picture.style.height = sheet.height * scale + "px";
      picture.style.left = -left * scale + "px";
      picture.style.top = -top * scale + "px";
    };
    return window;
  }
  function layOut(request) {
    for (const window of request.detail.querySelectorAll(".crop")) window.fit(Math.max(60, window.parentElement.clientWidth - 4));
  }
  function fieldsPart(request) {
    const part = el("section", {}, el("h2", {}, "Fields, the uncertain ones first"));
    const read = new Set(request.fields.map(field => field.id));
    const more = request.columns.filter(column => !read.has(column) && column !== "reasons").map(column => ({
      id: column, value: request.row[column] || "", state: request.row[column] ? "read" : "none", sure: null, page: 0, box: null, readers: [], unsure: request.row.review_fields.includes(column), raw: "",
    }));
    for (const field of [...request.fields, ...more].sort((a, b) => b.unsure - a.unsure)) {
      const name = label(field.id);
      const words = field.masked ? "masked: it looks like a social security number" : { read: field.value, blank: "blank", unreadable: "cannot be read", none: "not on the pages" }[field.state];
      const correction = (request.corrections || []).filter(done => done.column === field.id).pop();
      const heard = field.readers.filter(told => told.text.trim() !== field.value).map(told => `${told.by} ${told.sure} %: ${told.text}`);
      part.append(el("div", { class: "field" + (field.unsure ? " unsure" : ""), "data-zone": field.box ? field.page + "/" + field.id : null, "data-field": field.id },
        el("div", {}, el("h3", {}, name), field.unsure ? el("div", { class: "flag" }, "uncertain") : null,
          el("div", { class: "sure" }, field.sure === null ? "" : field.sure + " % sure", field.page ? " · page " + field.page : "")),
        el("div", {}, crop(request, field.page, field.box, name), el("div", { class: "value" + (field.state === "read" && !field.masked ? "" : " none") }, words),
          heard.length ? el("div", { class: "readers" }, heard.join(" · ")) : null,
          correction ? el("div", { class: "readers" }, "Corrected" + (correction.by ? " by " + correction.by : "") + (correction.before ? ", read as " + correction.before : "") + (correction.remark ? ": " + correction.remark : "")) : null,
          request.columns.includes(field.id) && !field.masked ? fix(request, field.id, field.state === "read" ? field.value : "", name) : null)));
    }
    if (!request.fields.length && !more.length) part.append(el("p", { class: "quiet" }, "No field was read: look at the pages."));
    return part;
  }
  /// The controls that correct one column.
  function fix(request, column, value, name) {
    const made = (edits.get(request.id) || new Map()).get(column);
    const note = el("input", { type: "text", placeholder: "remark", "aria-label": "Remark about " + name.toLowerCase(), value: made ? made.remark : "" });
    let control;
    if (CHOICES[column]) {
      control = el("select", { "aria-label": "Correct " + name.toLowerCase() }, el("option", { value: "" }, "as read"), ...CHOICES[column].map(choice => el("option", {}, choice)));
      control.value = made ? made.value : "";
    } else {
      control = el("input", { type: DATES.has(column) ? "date" : "text", "aria-label": "Correct " + name.toLowerCase(), value: made ? made.value : value, autocomplete: "off", spellcheck: "false",
        placeholder: column === "missed_appointments" ? "2026-01-31;2026-02-14" : "" });
    }
    const record = () => {
      const typed = control.value.trim();
      const same = CHOICES[column] ? typed === "" : typed === value;
      control.classList.toggle("bad", column === "missed_appointments" && typed !== "" && !/^\d{4}-\d\d-\d\d(;\d{4}-\d\d-\d\d)*$/.test(typed));
      edit(request, column, same ? null : { value: typed, remark: note.value.trim() });
    };
    control.addEventListener("input", record);
    note.addEventListener("input", record);
    const blank = CHOICES[column] || column === "letter_date" ? null : el("button", { type: "button", title: "Nothing is written there", onclick: () => { control.value = ""; edit(request, column, { value: "", remark: note.value.trim() }); } }, "Blank");
    return el("div", { class: "fix" }, control, blank, note);
  }
  function marksPart(request) {
    if (!request.marks.length) return null;
    const list = el("ul", { class: "marks" });
    for (const mark of request.marks) {
      const title = titles.get(mark.id) || label(mark.id);
      const column = mark.group + "." + mark.id;
      const unsure = mark.state === "unsure";
      const select = el("select", { "aria-label": "Correct the mark of " + title, onchange: event => edit(request, column, event.target.value ? { value: event.target.value, remark: "" } : null) },
        el("option", { value: "" }, "as read"), el("option", { value: "checked" }, "checked"), el("option", { value: "unchecked" }, "not checked"));
      const made = (edits.get(request.id) || new Map()).get(column);
      select.value = made ? made.value : "";
      const wide = mark.box ? [Math.max(0, mark.box[0] - mark.box[2]), Math.max(0, mark.box[1] - mark.box[3] / 2), mark.box[2] * 3, mark.box[3] * 2] : null;
      list.append(el("li", { class: unsure ? "unsure" : "", "data-zone": mark.box ? mark.page + "/" + column : null },
        crop(request, mark.page, wide, title), el("span", { class: "grow" }, { checked: "☒ ", unchecked: "☐ ", unsure: "? " }[mark.state], title),
        el("span", { class: "quiet" }, (unsure ? "uncertain, " : mark.state + ", ") + mark.sure + " %"), select));
    }
    return el("section", {}, el("h2", {}, "Check marks"), list);
  }
  function papersPart(request) {
    const lines = [
      ...request.letters.map(letter => `Letter on page ${letter.page}` + (letter.date ? `, dated ${letter.date} (${letter.sure} % sure)` : ", no date read") + (letter.language ? `, language ${letter.language}` : "") + `, same member: ${letter.same}`),
      ...request.attachments.map(extra => `${label(extra.kind)} on page ${extra.page}, same member: ${extra.same}`),
    ];
    return el("section", {}, el("h2", {}, "Letter and attachments"), lines.length ? el("ul", { class: "rules" }, lines.map(line => el("li", {}, line))) : el("p", { class: "quiet" }, "None among the pages."));
  }
  function rulesPart(request) {
    const line = found => el("li", {}, el("b", {}, found.answer === "met" ? "met" : found.answer === "cannot tell" ? "cannot tell" : found.severity), " ", el("span", { class: "mono" }, found.code), " ", found.note,
      (found.quotes || []).map(quote => [" ", el("q", {}, quote)]), el("span", { class: "cite" }, data.cites[found.cite]));
    const weight = found => found.answer === "not met" ? { deficiency: 0, warning: 1, note: 3 }[found.severity] : 2;
    const open = request.findings.filter(found => found.answer !== "met").sort((a, b) => weight(a) - weight(b));
    const met = request.findings.filter(found => found.answer === "met");
    return el("section", {}, el("h2", {}, "Rules"), open.length ? el("ul", { class: "rules" }, open.map(line)) : el("p", { class: "quiet" }, "No rule is unmet."),
      met.length ? el("details", {}, el("summary", {}, count(met.length, "rule is met", "rules are met")), el("ul", { class: "rules" }, met.map(line))) : null);
  }
  function viewer(request) {
    if (!request.pages.length) return el("p", { class: "quiet" }, "No page could be read.");
    const place = el("div", { class: "viewer" });
    const tabs = el("div", { class: "tabs", role: "group", "aria-label": "Pages" });
    const sheetPlace = el("div");
    const show = page => {
      request.shownPage = page;
      for (const tab of tabs.children) tab.setAttribute("aria-pressed", String(tab.dataset.page === String(page)));
      sheetPlace.replaceChildren(paper(request, request.pages.find(other => other.page === page)));
    };
    request.showPage = show;
    for (const sheet of request.pages) tabs.append(el("button", { type: "button", "data-page": sheet.page, "aria-pressed": "false", onclick: () => show(sheet.page) }, `${sheet.page} · ${sheet.kind}`));
    place.append(el("h2", {}, "Pages, with the zones that were read"), tabs, sheetPlace);
    show(request.pages[0].page);
    return place;
  }
  function paper(request, sheet) {
    const column = "page." + sheet.page;
    const made = (edits.get(request.id) || new Map()).get(column);
    const kind = el("select", { "aria-label": "Correct the kind of page " + sheet.page, onchange: event => edit(request, column, event.target.value ? { value: event.target.value, remark: "" } : null) },
      el("option", { value: "" }, "page kind as read"), ...KINDS.map(name => el("option", {}, name)));
    kind.value = made ? made.value : "";
    const settle = el("div", { class: "fix" }, kind);
    if (!sheet.image) return el("div", {}, el("p", { class: "quiet" }, "The run kept no picture of this page."), settle);
    const zones = svg("svg", { viewBox: `0 0 ${sheet.width} ${sheet.height}`, role: "img", "aria-label": "Zones that were read on page " + sheet.page });
    const zone = (id, box, name, style) => zones.append(svg("rect", { x: box[0], y: box[1], width: box[2], height: box[3], class: style, "data-id": sheet.page + "/" + id }, svg("title", {}, name)));
    for (const field of request.fields) if (field.page === sheet.page && field.box) {
      zone(field.id, field.box, label(field.id), field.unsure ? "unsure" : "");
      const text = svg("text", { x: field.box[0], y: Math.max(20, field.box[1] - 6) });
      text.textContent = label(field.id) + (field.unsure ? " ?" : "");
      zones.append(text);
    }
    for (const mark of request.marks) if (mark.page === sheet.page && mark.box) zone(mark.group + "." + mark.id, mark.box, (titles.get(mark.id) || mark.id) + ": " + mark.state, mark.state === "unsure" ? "mark unsure" : "mark");
    const picture = el("img", { src: sheet.image, width: sheet.width, height: sheet.height, alt: `Page ${sheet.page}, ${sheet.kind}`, loading: "lazy", decoding: "async" });
    picture.addEventListener("error", () => picture.replaceWith(el("p", {}, "The picture of this page is not beside the report.")));
    return el("div", {}, el("div", { class: "sheet", tabindex: "0", role: "group", "aria-label": "Page " + sheet.page }, el("div", { class: "paper" }, picture, zones)), settle);
  }
  function highlight(request, part) {
    if (!part || !request.detail) return;
    const [page] = part.dataset.zone.split("/");
    for (const other of request.detail.querySelectorAll(".here")) other.classList.remove("here");
    part.classList.add("here");
    if (String(request.shownPage) !== page && request.pages.some(sheet => String(sheet.page) === page)) request.showPage(Number(page));
    for (const zone of request.detail.querySelectorAll("rect[data-id]")) if (zone.dataset.id === part.dataset.zone) {
      zone.classList.add("here");
      const frame = zone.closest(".sheet"), scale = frame.firstChild.clientHeight / zone.ownerSVGElement.viewBox.baseVal.height;
      const top = zone.y.baseVal.value * scale;
      if (top < frame.scrollTop || top > frame.scrollTop + frame.clientHeight - 40) frame.scrollTop = top - frame.clientHeight / 3;
    }
  }

  // --- corrections ----------------------------------------------------------------------------------------------------------------------
  function edit(request, column, made) {
    const own = edits.get(request.id) || new Map();
    if (made) own.set(column, made); else own.delete(column);
    if (own.size) edits.set(request.id, own); else edits.delete(request.id);
    mark(request);
    const number = [...edits.values()].reduce((sum, all) => sum + all.size, 0);
    byId("save").disabled = number === 0;
    byId("save").textContent = number ? `Save ${count(number, "correction")}` : "Save corrections";
  }
  function mark(request) {
    const own = edits.get(request.id);
    request.line.querySelector(".edited").textContent = own ? count(own.size, "correction") : "";
  }
  /// A cell of a CSV that no spreadsheet takes for a formula.
  function cell(text) {
    const harmless = /^[=+\-@\t\r]/.test(text) ? "'" + text : text;
    return /[",\r\n]/.test(harmless) || harmless !== harmless.trim() ? '"' + harmless.replace(/"/g, '""') + '"' : harmless;
  }
  function asCsv() {
    const lines = [["request_id", "column", "value", "remark"]];
    for (const request of requests) for (const [column, made] of [...(edits.get(request.id) || new Map())].sort(([a], [b]) => a < b ? -1 : 1)) lines.push([request.id, column, made.value, made.remark]);
    return "\ufeff" + lines.map(line => line.map(cell).join(",") + "\r\n").join("");
  }
  function save() {
    if (!edits.size) return say("There is no correction to save.");
    saved = asCsv();
    const place = URL.createObjectURL(new Blob([saved], { type: "text/csv" }));
    const link = el("a", { href: place, download: "corrections.csv" });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(place), 10000);
    say("Saved as corrections.csv");
  }
  addEventListener("beforeunload", event => { if (edits.size && asCsv() !== saved) event.preventDefault(); });

  // --- copy, messages, keys -------------------------------------------------------------------------------------------------------------
  let silence = 0;
  function say(text) {
    byId("said").textContent = text;
    clearTimeout(silence);
    silence = setTimeout(() => { byId("said").textContent = ""; }, 4000);
  }
  async function copy(request) {
    const row = request.row;
    const lines = [`Request ${request.id}: ${row.status}` + (request.urgent ? ", urgent" : ""), `File: ${row.source_file}, pages ${row.pages}, received ${row.received_at}`];
    for (const column of request.columns) if (row[column]) lines.push(`${label(column)}: ${row[column]}`);
    if (row.explanation) lines.push(row.explanation);
    if (row.review_fields.length) lines.push("Look at: " + row.review_fields.map(label).join(", "));
    try {
      await navigator.clipboard.writeText(lines.join("\n"));
      say("Copied");
    } catch {
      say("The browser does not allow copying");
    }
  }
  function step(by) {
    if (!shown.length) return;
    const at = current ? shown.indexOf(current) : -1;
    makeCurrent(shown[at < 0 ? (by > 0 ? 0 : shown.length - 1) : Math.min(shown.length - 1, Math.max(0, at + by))], true);
  }
  const help = byId("help");
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    const typing = event.target.matches("input, select, textarea");
    if (event.key === "Escape") {
      if (typing) event.target.blur();
      else if (current && current.detail) { toggle(current, false); makeCurrent(current, true); }
      return;
    }
    if (typing) return;
    const inSheet = event.target.closest(".sheet");
    const keys = {
      j: () => step(1), k: () => step(-1), ArrowDown: inSheet ? null : () => step(1), ArrowUp: inSheet ? null : () => step(-1), o: () => current && toggle(current),
      Enter: event.target.closest("button, a, summary") ? null : () => current && toggle(current), c: () => current && copy(current), s: save, "/": () => byId("search").focus(), "?": () => help.showModal(),
    };
    if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
  });
  byId("help-button").addEventListener("click", () => help.showModal());
  byId("save").addEventListener("click", save);
  byId("reset").addEventListener("click", reset);
  byId("search").addEventListener("input", apply);
  for (const id of ["status", "code", "office", "from", "to", "sort"]) byId(id).addEventListener("change", apply);
  let resized = 0;
  addEventListener("resize", () => { clearTimeout(resized); resized = setTimeout(() => shown.filter(request => request.detail).forEach(layOut), 100); });
  addEventListener("hashchange", () => goTo(decodeURIComponent(location.hash.slice(1))));

  overview();
  apply();
  if (location.hash.length > 1) goTo(decodeURIComponent(location.hash.slice(1)));
  document.documentElement.dataset.ready = "yes";
})();
