package voxcam.cpu;

/**
 * A kernel that may write over some of its inputs.
 *
 * @param first how many inputs, from the first on, it reads element by element as it writes
 */
record ElementByElement(Kernel kernel, int first) implements Kernel {
  @Override
  public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
    kernel.run(inputs, output, scratch, threads);
  }

  @Override
  public boolean overwrites(int index) {
    return index < first;
  }
}
