package voxcam.explain;

/** Maps without a gradient on the processor. */
final class CpuClosedFormsTest implements ClosedForms {
  @Override
  public String device() {
    return "cpu";
  }
}
