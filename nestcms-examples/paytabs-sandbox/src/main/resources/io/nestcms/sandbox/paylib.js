// Managed form: takes the card fields out of the merchant's form and puts a token in.
// paylib.inlineForm({key: 'client key', form: formElement, autosubmit: true, callback: function (response) {}})
(function () {
  'use strict';
  var base = document.currentScript.src.replace(/\/payment\/js\/.*$/, '');

  function inlineForm(options) {
    var form = options.form;
    form.addEventListener('submit', function (event) {
      event.preventDefault();
      var body = new URLSearchParams({key: options.key});
      form.querySelectorAll('[data-paylib]').forEach(function (field) {
        body.set(field.getAttribute('data-paylib'), field.value);
      });
      fetch(base + '/payment/js/token', {method: 'POST', body: body})
        .then(function (response) {
          return response.json().then(function (json) {
            json.status = response.status;
            if (response.ok) {
              form.querySelectorAll('[data-paylib]').forEach(function (field) { field.disabled = true; });
              var token = document.createElement('input');
              token.type = 'hidden';
              token.name = 'token';
              token.value = json.token;
              form.appendChild(token);
            }
            if (options.callback) { options.callback(json); }
            if (response.ok && options.autosubmit) { form.submit(); }
          });
        });
    });
  }

  window.paylib = {
    inlineForm: inlineForm,
    handleError: function (element, response) { element.textContent = response.errorText || ''; }
  };
})();
