// Grad-CAM 04: one launch: blocks make the means of some channels, and the last one to finish makes the map from all of them.
// Predicted: no second launch, for one fence and one atomic; but A is read by one multiprocessor alone, at about 64 bytes in a clock: 55 KB
// (512 channels of 27 positions) take some 900 clocks more, 3.5 MB (12^3 positions) more than all the rest.
// Brought: the hand-over itself, whose counter is left 0 for the next run. The activation waits until the gradient is done.
// lab: launches=1 bytes=8 ahead=8x4
#include "lab.cuh"

KERNEL __launch_bounds__(256) gradcam04(
    const float* __restrict__ a, const float* __restrict__ g, float* __restrict__ y, float* means, unsigned* counter, LabGeometry geometry) {
  __shared__ CamPair shared[256];
  __shared__ int last;
  int lane = (int)threadIdx.x % 32;
  int warp = (int)threadIdx.x / 32;
  long long k = blockIdx.x * 8LL + warp;
  CamPair sum = {};
  if (k < geometry.channels) {
#pragma unroll 8
    for (long long p = lane; p < geometry.plane; p += 32) {
      camAdd(sum, __ldg(g + k * geometry.plane + p), 0.0f);
    }
  }
  camLanes(sum, 32);
  if (lane == 0 && k < geometry.channels) {
    means[k] = camValue(sum, (double)geometry.plane);
  }
  if (!camIsLast(counter, gridDim.x, &last)) {
    return;
  }
  for (long long from = 0; from < geometry.plane; from += 32) {
    CamPair part = {};
    if (from + lane < geometry.plane) {
#pragma unroll 8
      for (long long c = warp; c < geometry.channels; c += 8) {
        camProduct(part, __ldg(a + c * geometry.plane + from + lane), means[c]);
      }
    }
    shared[threadIdx.x] = part;
    __syncthreads();
    if (warp == 0 && from + lane < geometry.plane) {
      for (int other = 1; other < 8; other++) {
        camMerge(part, shared[other * 32 + lane]);
      }
      y[from + lane] = camValue(part, 1.0);
    }
    __syncthreads();
  }
}
