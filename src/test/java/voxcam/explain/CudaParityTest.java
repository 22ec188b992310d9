package voxcam.explain;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import voxcam.cuda.Emulator;

/** The nine on the emulated GPU. */
@Tag("emulator")
final class CudaParityTest implements Parity {
  @BeforeAll
  static void load() {
    Emulator.load();
  }

  @Override
  public String device() {
    return "cuda";
  }
}
