(function () {
  'use strict';
  var bar = document.getElementById('filter');
  if (!bar) return;
  var cards = Array.prototype.slice.call(document.querySelectorAll('.path'));
  var text = bar.querySelector('input[type=search]');
  var boxes = Array.prototype.slice.call(bar.querySelectorAll('input[type=checkbox]'));
  var shown = document.getElementById('shown');
  var words = cards.map(function (card) { return card.textContent.toLowerCase(); });
  function apply() {
    var wanted = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    var levels = boxes.filter(function (box) { return box.checked; }).map(function (box) { return box.value; });
    var count = 0;
    cards.forEach(function (card, i) {
      var fits = levels.indexOf(card.dataset.level) >= 0 && wanted.every(function (word) { return words[i].indexOf(word) >= 0; });
      card.hidden = !fits;
      count += fits ? 1 : 0;
    });
    shown.textContent = count + ' of ' + cards.length + ' shown';
  }
  text.addEventListener('input', apply);
  boxes.forEach(function (box) { box.addEventListener('change', apply); });
  bar.querySelector('button').addEventListener('click', function () {
    var open = cards.some(function (card) { return !card.hidden && !card.open; });
    cards.forEach(function (card) { card.open = open; });
  });
  window.addEventListener('hashchange', reveal);
  function reveal() {
    var card = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (card && card.classList.contains('path')) { card.hidden = false; card.open = true; card.scrollIntoView(); }
  }
  window.addEventListener('beforeprint', function () { cards.forEach(function (card) { card.open = true; }); });
  bar.hidden = false;
  apply();
  reveal();
})();
