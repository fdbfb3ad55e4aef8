// What makes pages of both doors more comfortable. Every page works without it; nothing here evaluates text as code.
(() => {
  "use strict";

  const say = (words) => {
    const live = document.getElementById("live");
    if (live) live.textContent = words;
  };

  let troubleTimer = 0;
  const trouble = (words) => {
    const box = document.getElementById("trouble");
    if (!box) return;
    box.textContent = words;
    box.hidden = false;
    clearTimeout(troubleTimer);
    troubleTimer = setTimeout(() => { box.hidden = true; }, 8000);
  };

  const make = (tag, className, text) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text) element.textContent = text;
    return element;
  };

  // -- counting characters: by code point, as the server does --------------------
  const count = (field) => {
    const place = document.getElementById(field.dataset.counter);
    const limit = Number(place?.dataset.limit || field.maxLength);
    if (!place || !(limit > 0)) return;
    const used = [...field.value].length;
    place.textContent = used ? `已写${used}字，还能写${Math.max(0, limit - used)}字` : `最多${limit}字`;
    place.classList.toggle("is-near", used > limit * 0.9);
  };

  // -- files: names and sizes ------------------------------------------------------
  const size = (bytes) => (bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`);
  const listFiles = (field) => {
    const list = document.getElementById(field.dataset.files);
    if (!list) return;
    list.replaceChildren(...[...field.files].map((file) => {
      const row = make("li");
      row.append(make("span", "", file.name), make("span", "text-muted-ink", size(file.size)));
      return row;
    }));
  };

  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-counter]")) count(event.target);
  });
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (field.matches("[data-files]")) listFiles(field);
    if (field.matches("[data-check-all]")) {
      const scope = field.form || document;
      for (const box of scope.querySelectorAll("input[type=checkbox]")) {
        if (box.name === field.dataset.checkAll && !box.disabled) box.checked = field.checked;
      }
    }
  });

  // -- asking first ------------------------------------------------------------------
  const ask = (words, go) => {
    const dialog = make("dialog", "dialog");
    const text = make("p", "", words);
    text.id = "ask-words";
    dialog.setAttribute("aria-labelledby", "ask-words");
    const row = make("div", "button-row");
    const yes = make("button", "btn btn-primary", "确定");
    const no = make("button", "btn btn-outline-primary", "再想想");
    yes.type = no.type = "button";
    row.append(yes, no);
    dialog.append(text, row);
    no.addEventListener("click", () => dialog.close());
    yes.addEventListener("click", () => { dialog.close(); go(); });
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  };

  const agreed = new WeakSet();
  const holdBack = (event, element, again) => {
    if (agreed.has(element)) { agreed.delete(element); return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(element.dataset.confirm, () => { agreed.add(element); again(); });
  };
  document.addEventListener("click", (event) => {
    const element = event.target.closest("[data-confirm]");
    if (element && element.tagName !== "FORM") holdBack(event, element, () => element.click());
  }, true);
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-confirm]")) holdBack(event, form, () => form.requestSubmit(event.submitter));
  }, true);

  // -- sending once ---------------------------------------------------------------------
  const release = (form) => {
    delete form.dataset.sending;
    for (const button of form.querySelectorAll("[data-held]")) {
      button.disabled = false;
      button.removeAttribute("aria-busy");
      delete button.dataset.held;
    }
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.dataset.once === "off") return;
    if (form.dataset.sending) { event.preventDefault(); return; }
    form.dataset.sending = "yes";
    say("正在提交，请稍候");
    // Later, because a button disabled now would not send its own name and value.
    setTimeout(() => {
      for (const button of form.querySelectorAll("button:not([type=button]):not(:disabled), input[type=submit]:not(:disabled)")) {
        button.disabled = true;
        button.dataset.held = "yes";
        if (button === event.submitter) button.setAttribute("aria-busy", "true");
      }
    }, 0);
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sending]").forEach(release));

  // -- copying, printing, menus --------------------------------------------------------------
  const copyText = async (text) => {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    // Plain-http intranets have no clipboard interface; the old command still works there.
    const field = make("textarea", "visually-hidden");
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    if (!done) throw new Error("copy refused");
    return undefined;
  };
  const copy = async (button) => {
    const before = button.dataset.words || button.textContent;
    button.dataset.words = before;
    try {
      await copyText(button.dataset.copy);
      button.textContent = "已复制";
      say("已复制");
    } catch {
      trouble("没能复制，请长按文字手动复制");
    }
    setTimeout(() => { button.textContent = before; }, 2000);
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy], [data-print]");
    if (button?.matches("[data-copy]")) copy(button);
    if (button?.matches("[data-print]")) window.print();
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  });

  // -- when a fragment does not arrive -----------------------------------------------------------
  document.addEventListener("htmx:sendError", () => trouble("网络好像断开了，刚才的操作没有送到。请检查网络后再试一次"));
  document.addEventListener("htmx:timeout", () => trouble("等得太久，没有收到回应。请稍后再试一次"));
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (status === 401 || status === 403) trouble("登录可能已过期，或您没有这项权限。请刷新页面后再试");
    else if (status === 404) trouble("这条内容已经不在这里了，请刷新页面");
    else if (status === 429) trouble("操作太频繁了，请过一会儿再试");
    else trouble("系统出了点问题，刚才的操作没有完成。请稍后再试");
  });

  const arrive = (root) => {
    root.querySelectorAll("[data-counter]").forEach(count);
    root.querySelector("[data-focus]")?.focus();
  };
  arrive(document);
  document.addEventListener("htmx:load", (event) => { if (event.target !== document.body) arrive(event.target); });
  window.huixiang = Object.freeze({ say, trouble, make });
})();
