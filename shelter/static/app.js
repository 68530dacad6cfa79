/* What makes the pages quicker to use. Every page works without it; nothing is stored in the browser but the flag of the quick exit. */
(function () {
  'use strict';
  var root = document.documentElement;
  var data = root.dataset;
  var FLAG = 'pausa';
  var SHIFTS = 3, SHIFT_WINDOW = 5000, EXIT_PATIENCE = 800, SEND_PATIENCE = 10000;
  var DRAFT_EVERY = 10000, KEEPALIVE_MOST = 60000, ANSWER_PATIENCE = 5000, SEARCH_PATIENCE = 30000, WARN_BEFORE = 120;
  var drafts = [];

  /* Quick exit ------------------------------------------------------------------------------------------------ */

  function flagged() { return document.cookie.split('; ').indexOf(FLAG + '=1') >= 0; }
  function raiseFlag() { document.cookie = FLAG + '=1; path=/; SameSite=Strict' + secure(); }
  function lowerFlag() { document.cookie = FLAG + '=; path=/; SameSite=Strict; max-age=0' + secure(); }
  function secure() { return location.protocol === 'https:' ? '; Secure' : ''; }
  function hide() { root.classList.add('gone'); }

  var leaving = false;
  var otherTabs = data.exit && window.BroadcastChannel ? new BroadcastChannel(FLAG) : null;
  function vanish() {
    leaving = true;
    hide();
    document.title = '…';
  }
  function leave() {
    if (leaving) return;
    vanish();
    raiseFlag();
    keepAll(true);
    if (otherTabs) otherTabs.postMessage('');
    var gone = false;
    function go() { if (!gone) { gone = true; location.replace(data.pause.split(' ')[0]); } }
    setTimeout(go, EXIT_PATIENCE);
    fetch(data.exit, { keepalive: true, redirect: 'manual', cache: 'no-store', credentials: 'same-origin' }).then(go, go);
  }

  /* The other tabs leave with this one: at once, or at the latest before anybody looks at them. */
  function leaveToo() { if (flagged()) follow(); }
  function follow() {
    if (leaving) return;
    vanish();
    location.replace(data.pause.split(' ')[0]);
  }

  function lock() {
    hide();
    location.replace(data.lock + '?next=' + encodeURIComponent(location.pathname + location.search));
  }

  function watchShift() {
    var times = [], alone = false;
    document.addEventListener('keydown', function (event) {
      if (event.key === 'Shift') { if (!event.repeat) alone = true; } else { alone = false; times = []; }
    });
    document.addEventListener('mousedown', function () { alone = false; });
    document.addEventListener('keyup', function (event) {
      if (event.key !== 'Shift' || !alone) return;
      alone = false;
      var now = Date.now();
      times = times.filter(function (time) { return now - time < SHIFT_WINDOW; });
      times.push(now);
      if (times.length >= SHIFTS) leave();
    });
  }

  if (data.exit && location.pathname !== data.lock) {
    if (flagged()) lock();
    window.addEventListener('pagehide', hide);
    window.addEventListener('pageshow', function (event) {
      if (leaving || flagged()) lock();
      else if (event.persisted) { hide(); location.reload(); }
      else root.classList.remove('gone');
    });
    document.addEventListener('click', function (event) {
      var link = event.target.closest && event.target.closest('[data-quick-exit]');
      if (link) { event.preventDefault(); leave(); }
    });
    document.addEventListener('visibilitychange', leaveToo);
    if (otherTabs) otherTabs.onmessage = follow;  /* its word is enough: the flag may be seen here later */
    if (data.shift !== 'off') watchShift();
    window.addEventListener('load', function () {
      data.pause.split(' ').forEach(function (url) { fetch(url, { credentials: 'omit' }).catch(function () {}); });
    });
  } else if (data.lock || 'locked' in data) {
    document.addEventListener('submit', lowerFlag);
  }

  /* Forms ----------------------------------------------------------------------------------------------------- */

  function each(selector, act, within) { Array.prototype.forEach.call((within || document).querySelectorAll(selector), act); }
  function make(tag, name, text) {
    var element = document.createElement(tag);
    element.className = name;
    if (text) element.textContent = text;
    return element;
  }
  function changed(control) {
    ['input', 'change'].forEach(function (kind) { control.dispatchEvent(new Event(kind, { bubbles: true })); });
  }

  function release(form) {
    delete form.dataset.sent;
    each('button[data-waiting]', function (button) { button.disabled = false; delete button.dataset.waiting; }, form);
  }

  document.addEventListener('submit', function (event) {
    var form = event.target;
    if (leaving || form.dataset.sent) { event.preventDefault(); return; }
    if ((form.method || '').toLowerCase() !== 'post') return;
    if (form.dataset.draft && !form.dataset.reached) { event.preventDefault(); reach(form, event.submitter); return; }
    delete form.dataset.reached;
    form.dataset.sent = 'yes';
    setTimeout(function () {
      if (event.defaultPrevented) { release(form); return; }
      each('button[type=submit]:not([disabled])', function (button) { button.disabled = true; button.dataset.waiting = 'yes'; }, form);
    }, 0);
    setTimeout(function () { release(form); }, SEND_PATIENCE);
  });
  window.addEventListener('pageshow', function () { each('form[data-sent]', release); });

  /* Before a long form is sent: does the server answer? If not, the page stays, and all that was typed with it. */
  function reach(form, button) {
    if (form.dataset.reaching) return;
    form.dataset.reaching = 'yes';
    function done(answers) {
      if (leaving) return;
      delete form.dataset.reaching;
      tell(form, answers ? '' : form.dataset.offline, !answers);
      if (!answers) return;
      form.dataset.reached = 'yes';
      form.requestSubmit(button);
    }
    ask('/salud').then(function (answer) { done(answer.ok); }, function () { done(false); });
  }
  function ask(url, options, patience) {
    var stop = new AbortController();
    setTimeout(function () { stop.abort(); }, patience || ANSWER_PATIENCE);
    return fetch(url, Object.assign({ cache: 'no-store', redirect: 'manual', signal: stop.signal }, options));
  }
  function tell(form, text, isBad) {
    var state = form.querySelector('.draft-state');
    if (!state) return;
    state.textContent = text;
    state.classList.toggle('error', Boolean(isBad));
  }

  /* A search shows what it finds in the page that asked: one journey to the server. Its address carries no word of it. */
  function searchInPlace(form) {
    form.addEventListener('submit', function (event) {
      if (leaving || form.dataset.sent || form.dataset.plainly) return;
      event.preventDefault();
      form.dataset.sent = 'yes';
      var words = new URLSearchParams(new FormData(form)), box = form.elements.q, sent = box.value;
      ask(form.action, { method: 'POST', body: words, headers: { Prefer: 'return=representation' } }, SEARCH_PATIENCE)
        .then(function (answer) {
          var url = answer.headers.get('Content-Location');
          if (!answer.ok || !url) throw answer;
          return answer.text().then(function (text) { turnTo(url, text, box.value === sent ? null : box.value); });
        })
        .catch(function (answer) {
          if (leaving) return;
          release(form);
          if (!(answer instanceof Response)) { tell(form, form.dataset.offline, true); return; }
          form.dataset.plainly = 'yes';
          form.requestSubmit();
        });
    });
  }
  /* `typed`: what somebody wrote while the answer was on its way. It stays in the box, and she in it. */
  function turnTo(url, text, typed) {
    if (leaving) return;
    var page = new DOMParser().parseFromString(text, 'text/html');
    var main = document.adoptNode(page.getElementById('main'));
    history.pushState(null, '', url);
    shown = url;
    document.querySelector('#personal [name=back]').value = url;
    document.title = page.title;
    document.getElementById('main').replaceWith(main);
    window.scrollTo(0, 0);
    bringToLife(main);
    var box = main.querySelector('form[data-in-place] [name=q]');
    if (typed !== null && box) { box.value = typed; box.focus({ preventScroll: true }); }
    if (!main.contains(document.activeElement)) (main.querySelector('[data-found]') || main).focus({ preventScroll: true });
  }
  /* Back to what a search replaced: another address. Places within a page come here too, and stay what they are. */
  var shown = location.pathname + location.search;
  window.addEventListener('popstate', function () {
    if (location.pathname + location.search === shown) return;
    hide();
    location.reload();
  });

  /* Drafts: what is typed is kept on the server every ten seconds, under the key of whoever types. */
  function keepDrafts(form) {
    var changed = false, timer = null, running = null;
    function later() { changed = true; if (!timer) timer = setTimeout(keep, DRAFT_EVERY); }
    function keep(leaving) {
      clearTimeout(timer);
      timer = null;
      if (!changed || form.dataset.sent) return running || Promise.resolve();
      changed = false;
      var body = new URLSearchParams();
      new FormData(form).forEach(function (value, name) {
        if (typeof value === 'string' && !form.querySelector('[type=password][name="' + CSS.escape(name) + '"]')) body.append(name, value);
      });
      running = ask(form.dataset.draft, { method: 'POST', body: body, keepalive: leaving === true && String(body).length < KEEPALIVE_MOST })
        .then(function (answer) { if (!answer.ok) throw answer; return answer.json(); })
        .then(kept, function () { changed = true; tell(form, form.dataset.unkept, true); });
      return running;
    }
    function kept(answer) {
      if (!answer.id) return;
      form.dataset.draftId = answer.id;
      if (form.elements.draft) form.elements.draft.value = 'kept';
      tell(form, form.dataset.kept.replace('{t}', answer.at));
    }
    form.addEventListener('input', later);
    form.addEventListener('change', later);
    drafts.push(function (leaving) { return keep(leaving); });
    document.addEventListener('visibilitychange', function () { if (document.hidden) keep(true); });
  }
  function keepAll(leaving) { return Promise.all(drafts.map(function (keep) { return keep(leaving); })); }

  /* Two minutes before the session locks by itself the page says so; then what was typed is kept, and the page goes. */
  function watchIdle() {
    var box = document.getElementById('idle'), timer;
    function wait(seconds, act) { clearTimeout(timer); timer = setTimeout(act, Math.max(0, seconds) * 1000); }
    function look() {
      ask(data.session).then(function (answer) { return answer.ok ? answer.json() : { left: 0 }; }).then(function (session) {
        if (session.left > WARN_BEFORE) { box.hidden = true; wait(session.left - WARN_BEFORE, look); return; }
        if (session.left <= 0) { lockSoon(); return; }
        box.hidden = false;
        wait(Math.min(session.left, 20), look);
      }, function () { wait(20, look); });
    }
    function lockSoon() {
      keepAll().then(function () {
        var form = document.querySelector('form[data-draft-id]'), path = location.pathname + location.search;
        if (form) path = location.pathname + '?borrador=' + form.dataset.draftId;
        hide();
        location.replace(data.lock + '?next=' + encodeURIComponent(path));
      });
    }
    box.querySelector('button').addEventListener('click', function () {
      var token = document.querySelector('#personal [name=csrf_token]').value;
      ask(data.session, { method: 'POST', body: new URLSearchParams({ csrf_token: token }) }).then(look, look);
    });
    wait(Number(data.idle) - WARN_BEFORE, look);
  }

  function countCharacters(area) {
    var max = Number(area.dataset.max);
    var shown = make('p', 'count');
    var spoken = make('p', 'visually-hidden');
    spoken.setAttribute('role', 'status');
    area.after(shown, spoken);
    shown.setAttribute('aria-hidden', 'true');
    var timer;
    function update() {
      var left = max - area.value.length;
      var near = left <= max / 5;
      shown.textContent = near ? area.dataset[left < 0 ? 'over' : 'left'].replace('{n}', Math.abs(left)) : '';
      shown.classList.toggle('over', left < 0);
      clearTimeout(timer);
      timer = setTimeout(function () { spoken.textContent = shown.textContent; }, 1000);
    }
    area.addEventListener('input', update);
    update();
  }

  function day(offset) {
    var date = new Date();
    date.setDate(date.getDate() + offset);
    return date.getFullYear() + '-' + two(date.getMonth() + 1) + '-' + two(date.getDate());
  }
  function two(number) { return (number < 10 ? '0' : '') + number; }

  function quickDays(input) {
    var time = document.getElementById(input.id + '-time');
    var choices = [];
    if (time && input.dataset.now) {
      choices.push([input.dataset.now, function () {
        var now = new Date();
        set(input, day(0));
        set(time, two(now.getHours()) + ':' + two(now.getMinutes()));
      }]);
    }
    choices.push([input.dataset.today, function () { set(input, day(0)); }]);
    choices.push([input.dataset.other, function () { set(input, day(input.dataset.quick === 'future' ? 1 : -1)); }]);
    function set(control, value) { control.value = value; changed(control); }
    var row = make('div', 'quick');
    choices.forEach(function (choice) {
      var button = make('button', 'button button-quiet', choice[0]);
      button.type = 'button';
      button.addEventListener('click', choice[1]);
      row.append(button);
    });
    (input.closest('.parts') || input).after(row);
  }

  function showPassword(input) {
    var line = make('div', 'with-button');
    var button = make('button', 'button button-quiet', input.dataset.show);
    var what = make('span', 'visually-hidden', ' ' + input.dataset.what);
    input.before(line);
    button.type = 'button';
    button.append(what);
    line.append(input, button);
    button.addEventListener('click', function () {
      var showing = input.type === 'text';
      input.type = showing ? 'password' : 'text';
      button.firstChild.data = input.dataset[showing ? 'show' : 'hide'];
    });
    if (input.form) input.form.addEventListener('submit', function () { input.type = 'password'; });
  }

  /* data-when="outcome=done,partly": shown, and sent, only while that question has one of these answers. */
  function dependents() {
    var blocks = Array.prototype.map.call(document.querySelectorAll('[data-when]'), function (block) {
      var cut = block.dataset.when.indexOf('=');
      return { block: block, name: block.dataset.when.slice(0, cut), values: block.dataset.when.slice(cut + 1).split(',') };
    });
    if (!blocks.length) return;
    function answers(form, name) {
      var found = [];
      each('[name="' + CSS.escape(name) + '"]', function (control) {
        if (control.disabled) return;
        if (control.type === 'radio' || control.type === 'checkbox') { if (control.checked) found.push(control.value); }
        else found.push(control.value);
      }, form);
      return found;
    }
    function update() {
      blocks.forEach(function (item) {
        var form = item.block.closest('form') || document;
        var wanted = answers(form, item.name).some(function (value) { return item.values.indexOf(value) >= 0; });
        var show = wanted || (!item.touched && item.block.querySelector('[aria-invalid]'));
        item.block.hidden = !show;
      });
      each('[data-when] input, [data-when] select, [data-when] textarea', function (control) {
        control.disabled = control.closest('[data-when][hidden]') !== null;
      });
    }
    document.addEventListener('change', function (event) {
      blocks.forEach(function (item) { if (event.target.name === item.name) item.touched = true; });
      update();
    });
    window.addEventListener('pageshow', update);
    update();
  }

  /* A file that is too large is told before it is sent: what was typed beside it would be refused with it. */
  function weighFile(control) {
    var told = document.createElement('p');
    told.className = 'error';
    told.setAttribute('role', 'alert');
    control.insertAdjacentElement('afterend', told);
    control.addEventListener('change', function () {
      var isTooLarge = control.files.length > 0 && control.files[0].size > Number(control.dataset.most);
      told.textContent = isTooLarge ? control.dataset.tooLarge : '';
      if (isTooLarge) control.value = '';
    });
  }

  function closeDrops(event) {
    each('details.drop[open]', function (drop) {
      if (event.type === 'keydown') {
        if (event.key !== 'Escape') return;
        drop.open = false;
        drop.querySelector('summary').focus();
      } else if (!drop.contains(event.target)) drop.open = false;
    });
  }

  document.addEventListener('DOMContentLoaded', function () {
    bringToLife(document);
    if (data.idle && document.getElementById('idle')) watchIdle();
    dependents();
    document.addEventListener('click', closeDrops);
    document.addEventListener('keydown', closeDrops);
  });

  /* What a page, or a part of it that came later, does beyond its HTML. */
  function bringToLife(part) {
    each('textarea[data-max]', countCharacters, part);
    each('input[data-quick]', quickDays, part);
    each('input[data-show]', showPassword, part);
    each('input[data-most]', weighFile, part);
    each('form[data-draft]', keepDrafts, part);
    each('form[data-in-place]', searchInPlace, part);
    var summary = part.querySelector('[data-focus]');
    if (summary) {
      if (location.hash) history.replaceState(null, '', location.pathname + location.search);  /* else #main takes the focus */
      summary.focus();
    }
  }
})();
