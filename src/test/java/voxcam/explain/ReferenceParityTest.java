package voxcam.explain;

/** The nine in double precision. */
final class ReferenceParityTest implements Parity {
  @Override
  public String device() {
    return "reference";
  }
}
