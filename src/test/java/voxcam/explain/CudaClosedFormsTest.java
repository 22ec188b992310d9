package voxcam.explain;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import voxcam.cuda.Emulator;

/** Maps without a gradient on the emulated GPU. */
@Tag("emulator")
final class CudaClosedFormsTest implements ClosedForms {
  @BeforeAll
  static void load() {
    Emulator.load();
  }

  @Override
  public String device() {
    return "cuda";
  }
}
