package voxcam.cpu;

/** The tiles of a {@link WinogradConv}, numbered over the batch and D, H and W. */
record WinogradGrid(Correlation c, WinogradAxis d, WinogradAxis h, WinogradAxis w) {
  static WinogradGrid of(Correlation c, WinogradTile tile) {
    return new WinogradGrid(
        c,
        new WinogradAxis(c.d(), tile.d()),
        new WinogradAxis(c.h(), tile.h()),
        new WinogradAxis(c.w(), tile.w()));
  }

  int tiles() {
    return Math.multiplyExact(c.batch() * d.count(), Math.multiplyExact(h.count(), w.count()));
  }

  int points() {
    return d.inputs() * h.inputs() * w.inputs();
  }

  int batch(int tile) {
    return tile / (d.count() * h.count() * w.count());
  }

  int d(int tile) {
    return tile / (h.count() * w.count()) % d.count();
  }

  int h(int tile) {
    return tile / w.count() % h.count();
  }

  int w(int tile) {
    return tile % w.count();
  }
}
