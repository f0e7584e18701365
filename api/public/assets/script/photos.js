// Photos and places.

// smaller makes a JPEG of at most SIDE pixels, where the browser can do it
// without laying the picture on its side.
function smaller(file, done) {
  var upright = window.CSS && CSS.supports && CSS.supports('image-orientation', 'from-image');
  var able = window.URL && HTMLCanvasElement.prototype.toBlob;
  var img, address;
  if (file.size <= BIG || !able || !(upright || file.size > HUGE)) { done(file); return; }
  img = new Image();
  address = URL.createObjectURL(file);
  img.onerror = function () { URL.revokeObjectURL(address); done(file); };
  img.onload = function () {
    var scale = Math.min(1, SIDE / Math.max(img.naturalWidth, img.naturalHeight)), canvas = el('canvas'), pen;
    canvas.width = Math.max(1, Math.round(img.naturalWidth * scale));
    canvas.height = Math.max(1, Math.round(img.naturalHeight * scale));
    pen = canvas.getContext('2d');
    pen.fillStyle = '#fff';
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(img, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(address);
    canvas.toBlob(function (blob) { done(blob && blob.size < file.size ? blob : file); }, 'image/jpeg', QUALITY);
  };
  img.src = address;
}

// photos are made smaller one at a time and go out in the order chosen.
function addPhotos(files) {
  var file = files.shift();
  if (!file) { return; }
  if (file.type && file.type.indexOf('image/') !== 0) {
    tell('refused', say.words.not_photo);
    addPhotos(files);
    return;
  }
  smaller(file, function (blob) {
    enqueue({ id: newId(), file: blob, preview: window.URL ? URL.createObjectURL(blob) : '' });
    addPhotos(files);
  });
}

function locate() {
  tell('pin', say.words.locating);
  navigator.geolocation.getCurrentPosition(function (at) {
    hush('pin');
    enqueue({ id: newId(), lat: at.coords.latitude, lon: at.coords.longitude });
  }, function () {
    tell('pin', say.words.no_location);
  }, { enableHighAccuracy: true, timeout: 20000, maximumAge: 60000 });
}
