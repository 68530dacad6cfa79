/* Passkeys (WebAuthn): asks the browser to make or to prove one, and sends its answer with the form around the button. */
(function () {
  'use strict';

  function bytes(text) {
    var plain = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
    return Uint8Array.from(plain, function (letter) { return letter.charCodeAt(0); });
  }
  function text(buffer) {
    var plain = String.fromCharCode.apply(null, new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  }
  function readable(asked) {
    asked.challenge = bytes(asked.challenge);
    if (asked.user) asked.user.id = bytes(asked.user.id);
    (asked.allowCredentials || asked.excludeCredentials || []).forEach(function (each) { each.id = bytes(each.id); });
    return asked;
  }
  function sendable(made) {
    var said = {};
    ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle'].forEach(function (name) {
      if (made.response[name]) said[name] = text(made.response[name]);
    });
    return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response: said, clientExtensionResults: {} });
  }
  function options(place, form) {
    var headers = { 'X-CSRFToken': form.elements.csrf_token.value };
    return fetch(place.dataset.options, { method: 'POST', headers: headers, credentials: 'same-origin' })
      .then(function (answer) { if (!answer.ok) throw new Error(answer.status); return answer.json(); });
  }

  Array.prototype.forEach.call(document.querySelectorAll('[data-passkey]'), function (place) {
    var button = place.querySelector('button');
    var answer = place.querySelector('input[type=hidden]');
    var said = place.querySelector('[role=status]');
    var form = place.closest('form');
    function say(what) { said.textContent = what; said.hidden = !what; }

    if (!window.PublicKeyCredential) { say(place.dataset.missing); return; }
    button.hidden = false;
    button.addEventListener('click', function () {
      var verb = place.dataset.passkey, name = form.elements.name;
      if (name && !name.value.trim()) { form.requestSubmit(); return; }
      say('');
      button.disabled = true;
      options(place, form)
        .then(function (asked) { return navigator.credentials[verb]({ publicKey: readable(asked) }); })
        .then(function (made) { answer.value = sendable(made); form.requestSubmit(); })
        .catch(function () { say(place.dataset.failed); })
        .finally(function () { button.disabled = false; });
    });
  });
})();
