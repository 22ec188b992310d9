package voxcam.explain;

/** The nine on the processor. */
final class CpuParityTest implements Parity {
  @Override
  public String device() {
    return "cpu";
  }
}
