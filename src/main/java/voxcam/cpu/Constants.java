package voxcam.cpu;

import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.WeakHashMap;
import voxcam.op.Tensor;

/**
 * The arrays of constants, of which programs of one model share one copy for as long as any of them
 * lives.
 */
final class Constants {
  private static final Map<Tensor, WeakReference<float[]>> ARRAYS = new WeakHashMap<>();

  private Constants() {}

  static float[] array(Tensor tensor) {
    synchronized (ARRAYS) {
      WeakReference<float[]> known = ARRAYS.get(tensor);
      float[] array = known == null ? null : known.get();
      if (array == null) {
        array = tensor.floats();
        ARRAYS.put(tensor, new WeakReference<>(array));
      }
      return array;
    }
  }
}
