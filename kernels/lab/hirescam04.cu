// HiResCAM 04: four channels are asked for before the first is used, and the sums keep what rounding takes (kernels/cam.cuh).
// Predicted: 128 bytes under way for each thread, so that a few hundred threads fill a multiprocessor; the compensated sum's ten operations
// for each 8 bytes stay below what an A100 can do in the time of the bytes (6 for each byte) by a factor of five.
// Brought: 8 loads of 16 bytes before the first use, at 61 registers. The bound of four blocks on a multiprocessor is part of it: without it
// ptxas aims at eight, keeps to 32 registers, which 8 loads alone would fill, and waits in between. Channels must be a multiple of 4; few
// positions are as slow as before.
// lab: launches=1 bytes=8 ahead=8x16
#include "lab.cuh"

KERNEL __launch_bounds__(256, 4) hirescam04(const float* __restrict__ a, const float* __restrict__ g, float* __restrict__ y, LabGeometry geometry) {
  long long p = threadNumber() * 4;
  if (p >= geometry.plane) {
    return;
  }
  CamPair sums[4] = {};
  for (long long k = 0; k < geometry.channels; k += 4) {
    CamWords<CamF32> x[4];
    CamWords<CamF32> w[4];
#pragma unroll
    for (int r = 0; r < 4; r++) {
      x[r].load(a + (k + r) * geometry.plane + p);
      w[r].load(g + (k + r) * geometry.plane + p);
    }
#pragma unroll
    for (int r = 0; r < 4; r++) {
#pragma unroll
      for (int i = 0; i < 4; i++) {
        camProduct(sums[i], x[r].at(i), w[r].at(i));
      }
    }
  }
#pragma unroll
  for (int i = 0; i < 4; i++) {
    y[p + i] = camValue(sums[i], 1.0);
  }
}
