// HiResCAM 02: the product is never stored: a thread for each position walks over the channels.
// Predicted: 8 bytes for each pair, the least there is, so half of 01's time where the GPU is full.
// Brought: one launch and 8 bytes. But a thread waits for its 2 loads of 4 bytes before it asks for more, so 2048 threads have 16 KiB
// under way on a multiprocessor, which is less than bandwidth times latency; and 27 positions are one warp of one multiprocessor.
// lab: launches=1 bytes=8 ahead=2x4
#include "lab.cuh"

KERNEL hirescam02(const float* __restrict__ a, const float* __restrict__ g, float* __restrict__ y, LabGeometry geometry) {
  long long p = threadNumber();
  if (p < geometry.plane) {
    float sum = 0.0f;
#pragma unroll 1
    for (long long k = 0; k < geometry.channels; k++) {
      long long at = k * geometry.plane + p;
      sum = fmaf(__ldg(a + at), __ldg(g + at), sum);
    }
    y[p] = sum;
  }
}
