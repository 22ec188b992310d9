// HiResCAM 03: four positions for each thread, in loads of 16 bytes; P must be a multiple of 4.
// Predicted: a quarter of the load instructions and four times the bytes under way for each of them.
// Brought: 2 loads of 16 bytes in the loop. There are a quarter of the threads, so that smaller maps leave multiprocessors without work.
// lab: launches=1 bytes=8 ahead=2x16
#include "lab.cuh"

KERNEL hirescam03(const float4* __restrict__ a, const float4* __restrict__ g, float4* __restrict__ y, LabGeometry geometry) {
  long long fours = geometry.plane / 4;
  long long p = threadNumber();
  if (p < fours) {
    float4 sum = {};
#pragma unroll 1
    for (long long k = 0; k < geometry.channels; k++) {
      float4 x = __ldg(a + k * fours + p);
      float4 w = __ldg(g + k * fours + p);
      sum.x = fmaf(x.x, w.x, sum.x);
      sum.y = fmaf(x.y, w.y, sum.y);
      sum.z = fmaf(x.z, w.z, sum.z);
      sum.w = fmaf(x.w, w.w, sum.w);
    }
    y[p] = sum;
  }
}
