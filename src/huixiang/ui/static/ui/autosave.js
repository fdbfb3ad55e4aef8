// Forms that save themselves. A form marked data-autosave-url is posted there a few seconds after a change; until the
// server has it, a copy stays on this device. data-autosave-key alone (no url) keeps only the copy on this device.
(() => {
  "use strict";
  const { say, make } = window.huixiang;
  const WAIT_MS = 3000;
  const LONGEST_WAIT_MS = 60000;
  const KEEP_MS = 3 * 24 * 3600 * 1000; // a shared computer should not remember for long
  const PREFIX = "huixiang-draft:";
  const SENT = "huixiang-sent";

  const keyOf = (form) => PREFIX + (form.dataset.autosaveKey || `${location.pathname}#${form.id}`);
  const clock = (at) => new Date(at).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });

  const kept = (form) => [...form.elements].filter((field) => field.name
    && !["file", "password", "hidden", "submit", "button"].includes(field.type) && !field.hasAttribute("data-no-keep"));
  const valuesOf = (form) => kept(form).map((field) => [
    field.name, field.value, ["checkbox", "radio"].includes(field.type) ? field.checked : null]);
  const isSame = (a, b) => JSON.stringify(a) === JSON.stringify(b);

  // Private browsing and full disks refuse storage; then only the server's copy is left, and the note says so.
  const store = (key, values) => {
    try {
      localStorage.setItem(key, JSON.stringify({ at: Date.now(), values }));
      return true;
    } catch {
      return false;
    }
  };
  const recall = (key) => {
    try {
      const copy = JSON.parse(localStorage.getItem(key));
      if (copy && Date.now() - copy.at < KEEP_MS) return copy;
      localStorage.removeItem(key);
    } catch {
      return null;
    }
    return null;
  };
  const forget = (key) => {
    try { localStorage.removeItem(key); } catch { /* storage is refused, so there is nothing to forget */ }
  };

  const noteOf = (form) => {
    let note = form.querySelector("[data-autosave-note]");
    if (!note) {
      note = make("p");
      note.dataset.autosaveNote = "";
      form.append(note);
    }
    note.classList.add("autosave-note");
    return note;
  };

  const fill = (form, values) => {
    const fields = kept(form);
    values.forEach(([name, value, checked], place) => {
      const field = fields[place]?.name === name ? fields[place] : fields.find((one) => one.name === name);
      if (!field) return;
      if (checked === null) field.value = value;
      else field.checked = checked;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
  };

  const start = (form) => {
    if (form.dataset.autosaving) return;
    form.dataset.autosaving = "yes";
    const key = keyOf(form);
    const url = form.dataset.autosaveUrl;
    const note = noteOf(form);
    let timer = 0;
    let wait = WAIT_MS;
    let isSaving = false;
    let isDirty = false;

    const tell = (words, isTrouble = false) => {
      note.textContent = words;
      note.classList.toggle("is-trouble", isTrouble);
    };
    const later = () => { clearTimeout(timer); timer = setTimeout(save, wait); };
    const failed = (words) => {
      tell(words, true);
      say(words);
      isDirty = true;
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
      later();
    };
    const tellServerWords = async (response) => {
      const type = response.headers.get("content-type") || "";
      if (!type.includes("json")) return;
      const { fields } = await response.json();
      for (const [name, value] of Object.entries(fields || {})) {
        if (form.elements[name]) form.elements[name].value = value;
      }
    };

    async function save() {
      if (!url || isSaving || !isDirty || form.dataset.sending) return;
      // Sent and swapped for the answer: what stood in it has arrived, and its draft may not be one any more.
      if (!form.isConnected) { forget(key); return; }
      isSaving = true;
      isDirty = false;
      const sent = valuesOf(form);
      const body = new FormData(form);
      for (const field of form.querySelectorAll("input[type=file][name]")) body.delete(field.name);
      try {
        const response = await fetch(url, { method: "POST", body, credentials: "same-origin", headers: { "X-Requested-With": "autosave" } });
        if (response.redirected || response.status === 401 || response.status === 403) {
          failed("未保存：登录已过期，内容仍在本页。请另开一页登录，这里会自动接着保存");
        } else if (response.status === 409) {
          tell("未保存：这份内容在别处改过了。请先复制您写的，再刷新页面", true);
        } else if (!response.ok) {
          failed("未保存：系统暂时忙，内容仍在本页，会自动再试");
        } else {
          await tellServerWords(response);
          wait = WAIT_MS;
          if (isSame(sent, valuesOf(form))) forget(key);
          tell(`已保存 ${clock(Date.now())}`);
        }
      } catch {
        failed("未保存：网络断开，内容仍在本页");
      } finally {
        isSaving = false;
        if (isDirty) later();
      }
    }

    const changed = () => {
      isDirty = true;
      const isStored = store(key, valuesOf(form));
      if (url) later();
      else tell(isStored ? `已存在这台设备上 ${clock(Date.now())}` : "这台设备不允许暂存，请一次写完再提交", !isStored);
    };
    form.addEventListener("input", changed);
    form.addEventListener("change", changed);
    window.addEventListener("online", () => { wait = WAIT_MS; if (isDirty) later(); });
    form.addEventListener("submit", (event) => {
      if (event.defaultPrevented) return;
      clearTimeout(timer);
      try { sessionStorage.setItem(SENT, key); } catch { /* the copy then simply runs out after three days */ }
    });
    offer(form, key, note);
  };

  const offer = (form, key, note) => {
    const copy = recall(key);
    if (!copy || isSame(copy.values, valuesOf(form))) return;
    const words = make("span", "", `这台设备上有一份${clock(copy.at)}没提交的内容。`);
    const restore = make("button", "btn btn-outline-primary", "恢复");
    const drop = make("button", "btn btn-quiet", "不用了");
    restore.type = drop.type = "button";
    restore.addEventListener("click", () => { note.textContent = "已恢复"; fill(form, copy.values); say("已恢复"); });
    drop.addEventListener("click", () => { forget(key); note.replaceChildren(); });
    note.replaceChildren(words, restore, drop);
  };

  // A form that was sent and is not on this page any more has arrived; its copy may go. Error pages prove nothing.
  const clearArrived = () => {
    let key = null;
    try { key = sessionStorage.getItem(SENT); } catch { return; }
    if (!key || document.querySelector(".error-page")) return;
    const isStillHere = [...document.querySelectorAll("form[data-autosave-url], form[data-autosave-key]")].some((form) => keyOf(form) === key);
    if (!isStillHere) {
      forget(key);
      sessionStorage.removeItem(SENT);
    }
  };

  const arrive = (root) => root.querySelectorAll("form[data-autosave-url], form[data-autosave-key]").forEach(start);
  clearArrived();
  arrive(document);
  document.addEventListener("htmx:load", (event) => arrive(event.target));
})();
