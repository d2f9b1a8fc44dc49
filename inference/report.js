// Filters, the popover with probabilities, and keyboard movement. Article text enters the page as text nodes only.
(() => {
  "use strict";
  const find = document.getElementById("find");
  const byTarget = document.getElementById("by-target");
  const byStance = document.getElementById("by-stance");
  const byTopic = document.getElementById("by-topic");
  const bySource = document.getElementById("by-source");
  const since = document.getElementById("since");
  const until = document.getElementById("until");
  const form = document.getElementById("filters");
  const state = document.getElementById("state");
  const reset = document.querySelector("[type=reset]");
  const nothing = document.getElementById("nothing");
  const tip = document.getElementById("tip");
  const links = new Map();
  for (const link of document.querySelectorAll(".list a")) links.set(link.hash.slice(1), link.parentElement);
  const articles = Array.from(document.querySelectorAll("main > article"), (element) => ({
    element,
    item: links.get(element.id),
    title: element.querySelector("h2").textContent.toLowerCase(),
    source: element.dataset.source,
    day: element.dataset.day,
    sentences: null,
    words: "",
  }));

  // ---- Filters: an article stays if one of its sentences meets every condition, and those sentences stand out

  function wordsOf(sentence) {
    // Without the topic label, which is ours and not the article's
    let words = "";
    for (const node of sentence.childNodes) if (node.nodeName !== "SMALL") words += node.textContent;
    return words.replace(/\s+/g, " ").toLowerCase();
  }

  function load(article) {
    article.sentences = Array.from(article.element.querySelectorAll(".s"), (element) => ({
      element,
      words: wordsOf(element),
      code: element.classList[1],
      keys: (element.dataset.k || "").split(" "),
      topic: element.dataset.t,
      hit: false,
    }));
    article.words = article.sentences.map((sentence) => sentence.words).join("\n");
  }

  // Thousands of articles take a moment: they are loaded while the reader has not asked for anything yet
  const whenIdle = window.requestIdleCallback || ((work) => setTimeout(work, 50));
  function loadAhead(at) {
    for (const article of articles.slice(at, at + 20)) if (!article.sentences) load(article);
    if (at + 20 < articles.length) whenIdle(() => loadAhead(at + 20));
  }

  function meets(sentence, wanted) {
    if (wanted.words && !sentence.words.includes(wanted.words)) return false;
    if (wanted.topic && sentence.topic !== wanted.topic) return false;
    if (wanted.target) {
      return sentence.keys.some((key) =>
        wanted.stance ? key === wanted.target + wanted.stance : key.slice(0, -1) === wanted.target);
    }
    return !wanted.stance || sentence.code === wanted.stance || sentence.keys.some((key) => key.endsWith(wanted.stance));
  }

  // How many sentences of an article meet what is wanted of them; they are marked
  function hitsIn(article, wanted) {
    if (!article.sentences) load(article);
    if (wanted.words && !article.words.includes(wanted.words)) return 0;
    let hits = 0;
    for (const sentence of article.sentences) {
      const hit = meets(sentence, wanted);
      if (hit !== sentence.hit) {
        sentence.hit = hit;
        sentence.element.classList.toggle("hit", hit);
      }
      if (hit) hits += 1;
    }
    return hits;
  }

  function filter() {
    const words = find.value.trim().replace(/\s+/g, " ").toLowerCase();
    const wanted = { words, target: byTarget.value, stance: byStance.value, topic: byTopic.value };
    const ofSentences = Boolean(wanted.target || wanted.stance || wanted.topic);
    const dated = Boolean(since.value || until.value);
    const active = Boolean(words || ofSentences || bySource.value || dated);
    let shown = 0;
    let hits = 0;
    let undated = 0;
    for (const article of articles) {
      let visible = !bySource.value || article.source === bySource.value;
      if (visible && dated && article.day) {
        visible = (!since.value || article.day >= since.value) && (!until.value || article.day <= until.value);
      }
      if (visible && (words || ofSentences)) {
        const inTitle = words !== "" && article.title.includes(words);
        const own = hitsIn(article, inTitle ? { ...wanted, words: "" } : wanted);
        visible = own > 0 || (inTitle && !ofSentences);
        if (visible && (article.day || !dated)) hits += own;
      }
      if (visible && dated && !article.day) {
        visible = false;
        undated += 1;
      }
      if (article.element.inert === visible) {
        article.element.inert = !visible; // hidden would cost a walk through all of its text
        article.item.hidden = !visible;
      }
      if (visible) shown += 1;
    }
    document.body.classList.toggle("filtering", Boolean(words || ofSentences));
    const plural = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
    state.textContent = plural(shown, "article")
      + (words || ofSentences ? `, ${plural(hits, "sentence")}` : "")
      + (undated ? `; ${undated.toLocaleString("en")} without a usable date hidden` : "");
    reset.hidden = !active;
    nothing.hidden = shown > 0 || !active;
  }

  let waiting = 0;
  find.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 120);
  });
  for (const control of [byTarget, byStance, byTopic, bySource, since, until]) control.addEventListener("change", filter);
  form.addEventListener("submit", (event) => { event.preventDefault(); filter(); });
  form.addEventListener("reset", () => setTimeout(filter));
  document.getElementById("clear").addEventListener("click", () => { form.reset(); find.focus(); });
  const allTopics = document.getElementById("all-topics");
  const showTopics = () => document.body.classList.toggle("all-topics", allTopics.checked);
  allTopics.addEventListener("change", showTopics);
  form.addEventListener("reset", () => setTimeout(showTopics));

  // A name in a table or chart filters by it, and a second click takes that back
  document.addEventListener("click", (event) => {
    const pick = event.target.closest(".pick");
    if (!pick) return;
    const select = document.getElementById(`by-${pick.dataset.by}`);
    const before = pick.getBoundingClientRect().top;
    select.value = select.value === pick.value ? "" : pick.value;
    filter();
    if (!pick.closest(".overview")) scrollBy({ top: pick.getBoundingClientRect().top - before, behavior: "instant" });
    else if (select.value) document.querySelector(".body").scrollIntoView();
  });

  // A link into an article that the filters hide clears them, else it would lead nowhere
  function reveal() {
    const goal = document.getElementById(location.hash.slice(1));
    const article = goal && goal.closest("article");
    if (!article) return;
    const far = article.inert || Math.abs(goal.getBoundingClientRect().top) > 3 * innerHeight;
    if (article.inert) {
      form.reset();
      filter();
    }
    if (far) jump(goal, 5);
    else if (goal.classList.contains("s")) goTo(goal);
  }

  // Articles out of sight have only an estimated height (content-visibility): come closer until the place is found
  function jump(goal, tries) {
    const sentence = goal.classList.contains("s");
    goal.scrollIntoView({ block: sentence ? "center" : "start", behavior: "instant" });
    if (tries) requestAnimationFrame(() => jump(goal, tries - 1));
    else if (sentence) goTo(goal);
  }
  addEventListener("hashchange", reveal);

  // ---- Citations: a line of the summary marks all sentences that it cites, a number its own

  function clearCited() {
    for (const old of document.querySelectorAll(".cited")) old.classList.remove("cited");
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest(".summary a");
    if (!link) return;
    clearCited();
    const cites = link.classList.contains("line") ? link.closest("li").querySelectorAll(".cites a") : [link];
    for (const cite of cites) document.getElementById(cite.hash.slice(1)).classList.add("cited");
    if (location.hash === link.hash) reveal(); // no hashchange tells of it
  });

  // ---- The popover: each line of a sentence's note, with a small bar where it gives probabilities

  let described = null;
  let dismissed = null; // closed with Escape: stays closed until the reader goes elsewhere
  const shares = /(against|neutral|favor) (\d+)%/g;

  function fill(note) {
    tip.replaceChildren();
    for (const line of note.split("\n")) {
      const [head, tail = ""] = line.split("\t");
      const row = document.createElement("p");
      const name = document.createElement("b");
      name.textContent = head;
      row.append(name, " ", tail);
      const found = Array.from(tail.matchAll(shares));
      if (found.length) {
        const bar = document.createElement("span");
        bar.className = "bar";
        for (const label of ["against", "neutral", "favor"]) {
          const share = found.find((match) => match[1] === label);
          if (!share) continue;
          const part = document.createElement("i");
          part.className = label[0];
          part.style.flexGrow = share[2];
          bar.append(part);
        }
        row.append(bar);
      }
      tip.append(row);
    }
  }

  function show(sentence) {
    if (sentence === described) return;
    hide();
    const note = sentence.title;
    if (!note) return;
    described = sentence;
    dismissed = null;
    sentence.dataset.note = note;
    sentence.removeAttribute("title"); // or the browser's own tooltip would cover ours
    sentence.setAttribute("aria-describedby", "tip");
    fill(note);
    tip.hidden = false;
    const box = sentence.getBoundingClientRect();
    const first = sentence.getClientRects()[0] || box;
    const left = Math.min(first.left, innerWidth - tip.offsetWidth - 12);
    const above = box.top - tip.offsetHeight - 8;
    tip.style.left = `${Math.max(12, left)}px`;
    tip.style.top = `${above > 8 ? above : Math.min(box.bottom + 8, innerHeight - tip.offsetHeight - 8)}px`;
  }

  function hide() {
    tip.hidden = true;
    if (!described) return;
    described.title = described.dataset.note;
    described.removeAttribute("aria-describedby");
    described = null;
  }

  const sentenceAt = (node) => (node && node.closest ? node.closest(".text .s") : null);
  document.addEventListener("mouseover", (event) => {
    const sentence = sentenceAt(event.target);
    if (sentence) show(sentence);
    else hide();
  });
  document.addEventListener("focusin", (event) => {
    const sentence = sentenceAt(event.target);
    if (sentence) show(sentence);
    else hide();
  });
  document.addEventListener("focusout", hide);
  addEventListener("scroll", hide, { passive: true });
  function showFocused() {
    const sentence = sentenceAt(document.activeElement);
    if (sentence && sentence !== dismissed) show(sentence);
  }
  addEventListener("scrollend", showFocused); // a jump to a cited sentence scrolls smoothly and ends after the focus

  // ---- Keyboard: one tab stop in each text, arrows within it

  function goTo(sentence) {
    const text = sentence.closest(".text");
    for (const old of text.querySelectorAll("[tabindex='0']")) old.tabIndex = -1;
    sentence.tabIndex = 0;
    dismissed = null;
    sentence.focus({ preventScroll: true });
    sentence.scrollIntoView({ block: "nearest" });
    requestAnimationFrame(() => requestAnimationFrame(showFocused)); // after a scroll that hides it
  }

  function link(sentence) {
    history.replaceState(null, "", `#${sentence.id}`);
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      dismissed = described || sentenceAt(document.activeElement); // it may be about to show
      hide();
      clearCited();
    }
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const sentence = sentenceAt(event.target);
    if (!sentence) return;
    if (event.key === "Enter") link(sentence);
    const all = Array.from(sentence.closest(".text").querySelectorAll(".s"));
    const at = all.indexOf(sentence);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (next === undefined || !all[next]) return;
    event.preventDefault();
    goTo(all[next]);
  });
  document.addEventListener("click", (event) => {
    const sentence = sentenceAt(event.target);
    if (!sentence || String(getSelection())) return;
    goTo(sentence);
    link(sentence);
  });

  if (matchMedia("(max-width: 60rem)").matches) document.querySelector(".side details").open = false;
  filter();
  reveal();
  whenIdle(() => loadAhead(0));
})();
