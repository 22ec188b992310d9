// Grad-CAM 02: a warp for each channel's mean, and the weighted sum without a stored product.
// Predicted: 8 bytes for each pair, all of them neighbours in a warp's loads; two launches.
// Brought: g and A are read once each. A thread has one load of 4 bytes under way.
// lab: launches=2 bytes=8 ahead=1x4
#include "lab.cuh"

KERNEL gradcam02Means(const float* __restrict__ g, float* __restrict__ means, LabGeometry geometry) {
  long long k = threadNumber() / 32;
  int lane = (int)threadIdx.x % 32;
  CamPlain sum = {};
  if (k < geometry.channels) {
#pragma unroll 1
    for (long long p = lane; p < geometry.plane; p += 32) {
      camAdd(sum, __ldg(g + k * geometry.plane + p), 0.0f);
    }
  }
  camLanes(sum, 32);
  if (lane == 0 && k < geometry.channels) {
    means[k] = camValue(sum, (double)geometry.plane);
  }
}

KERNEL gradcam02Map(const float* __restrict__ a, const float* __restrict__ means, float* __restrict__ y, LabGeometry geometry) {
  long long p = threadNumber();
  if (p < geometry.plane) {
    float sum = 0.0f;
#pragma unroll 1
    for (long long k = 0; k < geometry.channels; k++) {
      sum = fmaf(__ldg(means + k), __ldg(a + k * geometry.plane + p), sum);
    }
    y[p] = sum;
  }
}
